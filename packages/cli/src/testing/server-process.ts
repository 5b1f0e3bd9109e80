/** The built server as a process of its own: for tests that kill it, drive a browser against it, or load it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ServerProcess {
  url: string;
  pid: number | undefined;
  /** Ends it with a signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

interface StartOptions {
  command: 'start' | 'demo';
  folder: string;
  /** 0 lets the system choose. */
  port?: string;
  databaseUrl?: string | undefined;
}

/** Starts it and waits until it says where it listens. @throws Error with its output, where it ends instead */
export async function startServer({
  command,
  folder,
  port = '0',
  databaseUrl,
}: StartOptions): Promise<ServerProcess> {
  if (!existsSync(MAIN)) throw new Error('The server is not built: run "npm run build" first.');
  const { DATABASE_URL: _, ...env } = process.env;
  const child: ChildProcess = spawn(process.execPath, [MAIN, command, '--port', port, '--data', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: databaseUrl ? { ...env, DATABASE_URL: databaseUrl } : env,
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk;
      const found = /Viva is ready .*: (http:\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return {
    url,
    pid: child.pid,
    end: (signal) =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
        return undefined;
      }),
  };
}
