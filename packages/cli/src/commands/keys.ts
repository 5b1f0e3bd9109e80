/** `viva keys`: what the key folder holds, and a new master key. */
import { resolve } from 'node:path';
import { openKeys } from '@viva/server';
import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { Progress } from '../terminal/progress.ts';

interface KeysOptions {
  data: string;
  json?: boolean;
}

async function check({ data, json }: KeysOptions): Promise<void> {
  const keys = openKeys(resolve(data));
  const id = await keys.id();
  if (!id)
    throw new CommandFailure(
      `There are no keys in ${keys.folder}. The first start makes them; if there was a first start, put the folder back from its copy or name it with VIVA_KEYS.`,
    );
  const count = await keys.count();
  const unreadable = await keys.unreadable();
  const ledger = await keys.ledger();
  const subjects = [...count.values()].reduce((sum, n) => sum + n, 0);
  const verdict = {
    folder: keys.folder,
    store: id,
    subjects,
    masters: Object.fromEntries(count),
    erased: ledger.size,
    unreadable,
  };
  if (json) console.log(JSON.stringify(verdict, null, 2));
  else {
    console.log(`Key store ${id} in ${keys.folder}`);
    console.log(`${subjects} data keys, ${ledger.size} erased subjects`);
    for (const [master, n] of count) console.log(`  master key ${master} wraps ${n}`);
    for (const { subject, what } of unreadable) console.log(`  ${subject}: ${what}`);
    if (count.size > 1) console.log('A rotation was broken off: `viva keys rotate` goes on with it.');
  }
  if (unreadable.length > 0)
    throw new CommandFailure(
      `${unreadable.length} keys cannot be read: put the key folder back from its copy.`,
    );
}

async function rotate({ data, json }: KeysOptions): Promise<void> {
  const keys = openKeys(resolve(data));
  let progress: Progress | undefined;
  const { master, rewrapped } = await keys.rotate(({ done, total }) => {
    progress ??= new Progress({ label: 'Keys', total });
    progress.update(done);
  });
  progress?.done();
  if (json) console.log(JSON.stringify({ master, rewrapped }));
  else
    console.log(
      `The master key is ${master} now; ${rewrapped} data keys were wrapped anew. Servers need no restart. Make a new copy of ${keys.folder}.`,
    );
}

export function registerKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('the keys that seal what candidates said (kept outside the database)');
  const withData = (command: Command): Command =>
    command
      .option('-d, --data <folder>', 'the data folder', process.env.VIVA_DATA ?? '.viva')
      .option('--json', 'print the result as JSON');
  withData(
    keys.command('check').description('what the key folder holds, and whether every key can be read'),
  ).action(check);
  withData(
    keys
      .command('rotate')
      .description('a new master key, while servers run; a rotation that was broken off goes on'),
  ).action(rotate);
}
