/** `viva doctor`: what is wrong, and what to do. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { diagnose } from '@viva/server';
import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { pagesFolder } from '../folders.ts';

interface DoctorOptions {
  data: string;
  port: string;
  host: string;
  json?: boolean;
}

interface Line {
  check: string;
  level: 'ok' | 'note' | 'fault';
  what: string;
  todo?: string;
}

const MARKS = { ok: '✓', note: '·', fault: '✗' } as const;

async function doctor({ data, port, host, json }: DoctorOptions): Promise<void> {
  const runtime = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'viva', 'runtime');
  const findings: Line[] = [
    ...(await diagnose({
      data: resolve(data),
      databaseUrl: process.env.DATABASE_URL,
      port: Number(port),
      host,
    })),
    pagesFolder()
      ? { check: 'pages', level: 'ok', what: 'the pages are built' }
      : {
          check: 'pages',
          level: 'note',
          what: 'The pages are not built: only the API is served.',
          todo: 'npm run build',
        },
    {
      check: 'models',
      level: 'ok',
      what: existsSync(runtime)
        ? `the runtime for local models is installed in ${runtime}`
        : 'the runtime for local models is not installed; nothing but local models needs it',
    },
  ];
  const faults = findings.filter(({ level }) => level === 'fault');
  if (json) console.log(JSON.stringify({ healthy: faults.length === 0, findings }, null, 2));
  else
    for (const { check, level, what, todo } of findings) {
      console.log(`${MARKS[level]} ${check.padEnd(11)} ${what}`);
      if (todo) console.log(`${' '.repeat(14)}→ ${todo}`);
    }
  if (faults.length > 0)
    throw new CommandFailure(`${faults.length} ${faults.length === 1 ? 'thing is' : 'things are'} wrong.`);
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at everything that a server needs: what is wrong, and what to do; changes nothing')
    .option('-d, --data <folder>', 'the data folder', process.env.VIVA_DATA ?? '.viva')
    .option('-p, --port <number>', 'the port that the server is to have', process.env.PORT ?? '4870')
    .option('--host <name>', 'the address that it is to have', process.env.VIVA_HOST ?? 'localhost')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Examples:
  viva doctor --data /srv/viva
  DATABASE_URL=postgres://… viva doctor --json

It may run while the server runs. It ends with 1 where something is wrong.`,
    )
    .action(doctor);
}
