/** The built server as its own process, for the browser tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url));

export interface ServerProcess {
  url: string;
  /** SIGKILL: as a crash would end it. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServer(command: 'start' | 'demo'): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'viva-e2e-'));
  let child: ChildProcess;
  const begin = (port: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { DATABASE_URL: _, ...env } = process.env;
      const server = spawn(process.execPath, [MAIN, command, '--port', port, '--data', folder], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env,
      });
      child = server;
      let output = '';
      const read = (chunk: Buffer) => {
        output += chunk;
        const url = /Viva is ready .*: (http:\S+)/.exec(output)?.[1];
        if (url) resolve(url);
      };
      server.stdout.on('data', read);
      server.stderr.on('data', read);
      server.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
    });
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      child.removeAllListeners('exit').once('exit', () => resolve());
      child.kill(signal);
    });
  const url = await begin('0');
  return {
    url,
    kill: () => end('SIGKILL'),
    restart: async () => void (await begin(new URL(url).port)),
    stop: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
