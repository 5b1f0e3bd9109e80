/** A throw-away PostgreSQL cluster for tests and measurements, from the system's own binaries. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Cluster {
  /** A URL for a database of this name; `postgres` is there from the start. */
  url(database: string): string;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** With fsync, as in earnest. */
  durable?: boolean;
  /** More settings, `name=value`. */
  settings?: readonly string[];
  /** What the server logs. */
  onLog?: (chunk: string) => void;
}

/** Where `initdb` and `postgres` are, newest version first; undefined where PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/usr/bin',
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** Starts a cluster that listens on a socket in its own folder. PostgreSQL refuses root, so root borrows its account. */
export async function startCluster({
  durable = false,
  settings = [],
  onLog,
}: ClusterOptions = {}): Promise<Cluster> {
  const bin = findPostgres();
  if (!bin) throw new Error('PostgreSQL is not installed (on Debian: apt-get install postgresql).');
  const folder = mkdtempSync(join(tmpdir(), 'viva-postgres-'));
  const root = process.getuid?.() === 0;
  if (root) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(folder, id('-u'), id('-g'));
  }
  chmodSync(folder, 0o700);
  const command = (name: string, args: string[]): [string, string[]] =>
    root ? ['runuser', ['-u', 'postgres', '--', join(bin, name), ...args]] : [join(bin, name), args];
  const data = join(folder, 'data');
  execFileSync(
    ...command('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '-N',
    ]),
    {
      stdio: 'pipe',
      cwd: '/',
    },
  );
  const unsafe = durable
    ? []
    : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
  const [file, args] = command('postgres', [
    '-D',
    data,
    '-k',
    folder,
    '-c',
    'listen_addresses=',
    '-c',
    'max_connections=120',
    ...unsafe,
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  const server = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    let ready = false;
    server.stderr.on('data', (chunk: Buffer) => {
      onLog?.(chunk.toString('utf8'));
      if (ready) return;
      log += chunk;
      ready = log.includes('ready to accept connections');
      if (ready) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
  return {
    url: (database) => `postgres://postgres@/${database}?host=${encodeURIComponent(folder)}`,
    stop: async () => {
      const kill = command('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      execFileSync(...kill, { stdio: 'ignore', cwd: '/' });
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
