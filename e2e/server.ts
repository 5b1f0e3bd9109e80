/** A server with a data folder of its own, for the browser tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer as startProcess } from '../packages/cli/src/testing/server-process.ts';

export interface TestServer {
  url: string;
  /** SIGKILL: as a crash would end it. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServer(command: 'start' | 'demo'): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'viva-e2e-'));
  let server = await startProcess({ command, folder });
  const { url } = server;
  return {
    url,
    kill: () => server.end('SIGKILL'),
    restart: async () => {
      server = await startProcess({ command, folder, port: new URL(url).port });
    },
    stop: async () => {
      await server.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
