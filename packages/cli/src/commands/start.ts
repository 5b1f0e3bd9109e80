/** `viva start` and `viva demo`. */

import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DEMO_PANEL, DEMO_PASSWORD, fillDemo, type ServeOptions, serve } from '@viva/server';
import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';
import { bankFolder, pagesFolder } from '../folders.ts';
import { readSettings } from '../settings.ts';
import { VERSION } from '../version.ts';
import { openEncoders } from './assistant/open-encoders.ts';

interface StartOptions {
  port: string;
  host: string;
  data: string;
  bank?: string;
  publicUrl?: string;
  trustProxy?: string;
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new CommandFailure(`--port ${text}: a port is a whole number from 0 to 65535.`, 2);
}

/** npm passes Ctrl-C on to a process that the terminal has told already: that is one wish, not two. */
const SAME_KEY_MS = 500;

async function run(options: ServeOptions, announce: () => string[]): Promise<void> {
  const began = performance.now();
  const running = await serve(options).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new CommandFailure(
        `Port ${options.port} is in use. Stop the other program, or choose another port with --port.`,
      );
    throw error;
  });
  console.log(`Viva is ready after ${((performance.now() - began) / 1000).toFixed(1)} s: ${running.url}`);
  for (const line of announce()) console.log(line);
  await new Promise<void>((done, failed) => {
    let since: number | undefined;
    const stop = () => {
      if (since === undefined) {
        since = performance.now();
        console.log('Stopping … (a second signal ends it at once)');
        running.close().then(done, failed);
      } else if (performance.now() - since > SAME_KEY_MS) {
        // As safe as losing power: whatever was acknowledged is on the disk, and the lock names a process that is gone.
        console.log('Ended at once. What was acknowledged is kept.');
        process.exit(1);
      }
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
  // Nothing is under way any more; a connection that a library still holds is no reason to stay.
  process.exit(0);
}

function serveOptions({ port, host, data, bank, publicUrl, trustProxy }: StartOptions): ServeOptions {
  const pages = pagesFolder();
  const settings = readSettings(process.env);
  if (!pages) console.error('The pages are not built (npm run build): only the API is served.');
  return {
    port: readPort(port),
    host,
    data: resolve(data),
    bank: resolve(bank ?? bankFolder()),
    pages,
    publicUrl,
    trustProxy,
    databaseUrl: process.env.DATABASE_URL,
    version: VERSION,
    ...settings,
    encoders: openEncoders(),
  };
}

async function start(options: StartOptions): Promise<void> {
  const embedded = !process.env.DATABASE_URL;
  await run(serveOptions(options), () => [
    `Data: ${embedded ? resolve(options.data) : 'PostgreSQL by DATABASE_URL'}`,
    'The first visit makes the owner’s account. Ctrl-C stops the server.',
  ]);
}

async function demo({ reset, ...options }: StartOptions & { reset?: boolean }): Promise<void> {
  if (reset) await rm(resolve(options.data), { recursive: true, force: true });
  const prepared: ServeOptions = {
    ...serveOptions(options),
    databaseUrl: undefined,
    demo: true,
    prepare: async (context) => {
      await fillDemo(context);
    },
  };
  await run(prepared, () => [
    '',
    `Demonstration accounts, all with the password ${DEMO_PASSWORD}:`,
    '  owner@demo.viva   owner: the decision page of the demonstration opening',
    ...DEMO_PANEL.map(
      ({ email, severity }) =>
        `  ${email.padEnd(17)} interviewer, simulated severity ${severity > 0 ? '+' : ''}${severity} logits`,
    ),
    'Sign in as an interviewer to score the one candidate who is left. npm run demo -- --reset starts afresh.',
  ]);
}

const serving = (command: Command, data: string): Command =>
  command
    .option('-p, --port <number>', 'port to listen on', process.env.PORT ?? '4870')
    .option(
      '--host <name>',
      'address to listen on; 0.0.0.0 lets other machines in',
      process.env.VIVA_HOST ?? 'localhost',
    )
    .option(
      '-d, --data <folder>',
      'where the embedded database and the cookie secret are kept',
      process.env.VIVA_DATA ?? data,
    )
    .option('--bank <folder>', 'the question bank (default: the one that comes with Viva)')
    .option(
      '--public-url <url>',
      'where people reach this server, if a proxy stands before it',
      process.env.VIVA_PUBLIC_URL,
    )
    .option(
      '--trust-proxy <addresses>',
      'proxies whose X-Forwarded-* headers are believed, e.g. 127.0.0.1,10.0.0.0/8 (default: none)',
      process.env.VIVA_TRUST_PROXY,
    );

export function registerStart(program: Command): void {
  serving(program.command('start').description('start the server'), '.viva').action(start);
  serving(
    program
      .command('demo')
      .description('start a demonstration with simulated ratings, in its own data folder'),
    '.viva-demo',
  )
    .option('--reset', 'throw the old demonstration away first')
    .action(demo);
}
