/** Looks at everything that a server needs, and says what is wrong and what to do. */

import { existsSync } from 'node:fs';
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { factsThroughServer } from '../backup/admin-channel.ts';
import { openKeys } from '../keys/open-keys.ts';
import { type LockState, readLock } from '../store/lock.ts';
import { openPglite } from '../store/pglite.ts';
import { openPostgres } from '../store/postgres.ts';
import { type DatabaseFacts, databaseFacts } from './database-facts.ts';

export interface Finding {
  check:
    | 'node'
    | 'data'
    | 'lock'
    | 'disk'
    | 'secret'
    | 'database'
    | 'migrations'
    | 'roles'
    | 'clock'
    | 'audit'
    | 'keys'
    | 'durability'
    | 'port';
  level: 'ok' | 'note' | 'fault';
  what: string;
  /** What to do about it. */
  todo?: string;
}

export interface DiagnoseOptions {
  data: string;
  databaseUrl?: string | undefined;
  port: number;
  host: string;
  /** `process.versions.node`, unless a test says otherwise. */
  node?: string;
}

const OLDEST_NODE = [20, 19] as const;
/** PostgreSQL that the tests run on begins here. */
const OLDEST_POSTGRES = 14;
const MIB = 2 ** 20;

const ok = (check: Finding['check'], what: string): Finding => ({ check, level: 'ok', what });
const note = (check: Finding['check'], what: string, todo?: string): Finding => ({
  check,
  level: 'note',
  what,
  ...(todo ? { todo } : {}),
});
const fault = (check: Finding['check'], what: string, todo: string): Finding => ({
  check,
  level: 'fault',
  what,
  todo,
});
const message = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error);

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldest, oldestMinor] = OLDEST_NODE;
  return major > oldest || (major === oldest && minor >= oldestMinor)
    ? ok('node', `Node ${version}`)
    : fault('node', `Node ${version} is too old.`, `Install Node ${OLDEST_NODE.join('.')} or newer.`);
}

async function checkFolder(data: string): Promise<Finding[]> {
  if (!existsSync(data)) return [note('data', `${data} is not there yet.`, 'The first start makes it.')];
  const findings: Finding[] = [];
  try {
    await access(data, constants.R_OK | constants.W_OK | constants.X_OK);
    const { mode, uid } = await stat(data);
    findings.push(
      (mode & 0o007) !== 0 && process.platform !== 'win32'
        ? note('data', `${data} is open to every user of this machine.`, `chmod 700 ${data}`)
        : ok('data', `${data}, owned by user ${uid}`),
    );
  } catch (error) {
    findings.push(
      fault(
        'data',
        `${data} cannot be written: ${message(error)}`,
        `Run Viva as the folder's owner, or give it to this user: chown -R $(id -u) ${data}`,
      ),
    );
  }
  const { bavail, bsize } = await statfs(data);
  const free = (bavail * bsize) / MIB;
  findings.push(
    free < 32
      ? fault(
          'disk',
          `${Math.floor(free)} MiB are free.`,
          'Make room: below 32 MiB the server says that it is not ready.',
        )
      : free < 512
        ? note('disk', `${Math.floor(free)} MiB are free.`, 'Make room soon.')
        : ok('disk', `${(free / 1024).toFixed(1)} GiB free`),
  );
  const secret = await readFile(join(data, 'secret'), 'utf8').catch(() => undefined);
  if (secret !== undefined)
    findings.push(
      secret.length < 32
        ? fault(
            'secret',
            'The cookie secret is cut short.',
            `Remove ${join(data, 'secret')}; everybody signs in again.`,
          )
        : ok('secret', 'the cookie secret is there'),
    );
  return findings;
}

function judgeLock({ holder, alive }: LockState): Finding {
  if (!holder) return ok('lock', 'no server runs on the folder');
  return alive
    ? ok('lock', `process ${holder.pid} on ${holder.host} serves it since ${holder.since}`)
    : note(
        'lock',
        `Process ${holder.pid} ended without giving the folder back.`,
        'The next start takes it over and recovers.',
      );
}

/** Whatever can be reached: the database itself, or the server that holds it. */
async function readFacts(
  { data, databaseUrl }: DiagnoseOptions,
  lock: LockState,
): Promise<DatabaseFacts | Finding> {
  try {
    if (!databaseUrl && lock.alive) return await factsThroughServer(data);
    if (!databaseUrl && !existsSync(join(data, 'database', 'PG_VERSION')))
      return note('database', 'There is no database yet.', 'The first start makes it.');
    const driver = databaseUrl
      ? await openPostgres({ url: databaseUrl, connections: 1 })
      : await openPglite({ folder: data });
    try {
      return await databaseFacts(driver);
    } finally {
      await driver.close();
    }
  } catch (error) {
    return fault(
      'database',
      `The database does not open: ${message(error)}`,
      databaseUrl
        ? 'Check DATABASE_URL, that PostgreSQL runs and takes connections from here, and the account.'
        : 'Start the server to let it recover; if it does not, restore the last backup into another folder (viva restore).',
    );
  }
}

function judgeFacts(facts: DatabaseFacts): Finding[] {
  const findings: Finding[] = [];
  const old = facts.kind === 'postgres' && Number.parseInt(facts.version, 10) < OLDEST_POSTGRES;
  findings.push(
    old
      ? fault(
          'database',
          `PostgreSQL ${facts.version} is too old.`,
          `Upgrade to ${OLDEST_POSTGRES} or newer.`,
        )
      : ok('database', `${facts.kind === 'postgres' ? 'PostgreSQL' : 'PGlite, PostgreSQL'} ${facts.version}`),
  );
  if (facts.refused)
    findings.push(
      fault(
        'migrations',
        facts.refused.message,
        facts.refused.code === 'newer'
          ? 'Install the newer Viva, or restore a backup from before the upgrade.'
          : 'This database was not made by a release of Viva: ask whoever changed it.',
      ),
    );
  else if (facts.applied === null)
    findings.push(
      note('migrations', 'Viva was never started on this database.', 'The first start fills it.'),
    );
  else
    findings.push(
      facts.pending > 0
        ? note(
            'migrations',
            `${facts.pending} of its migrations are pending.`,
            'Make a backup, then start: they are applied by themselves.',
          )
        : ok('migrations', `version ${facts.newest}, nothing pending`),
    );
  const bare = [
    ...facts.unsafeRoles.map((role) => `the role ${role} may bypass row security`),
    ...facts.unguarded.map((table) => `${table} is without row security`),
  ];
  if (facts.applied)
    findings.push(
      bare.length > 0
        ? fault(
            'roles',
            `Sealed ratings are not guarded: ${bare.join('; ')}.`,
            'ALTER ROLE … NOSUPERUSER NOBYPASSRLS; ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY. Find out who changed it (viva audit verify).',
          )
        : ok('roles', 'row security binds everybody, owners too'),
    );
  if (facts.audit)
    findings.push(
      facts.audit.broken
        ? fault(
            'audit',
            'The audit log does not end where it says.',
            'viva audit verify names the rows; compare with an anchor kept elsewhere.',
          )
        : ok(
            'audit',
            `${facts.audit.rows} rows, head ${facts.audit.head.slice(0, 16)}… (viva audit verify recomputes it)`,
          ),
    );
  const seconds = facts.clockAhead / 1000;
  findings.push(
    Math.abs(seconds) > 5
      ? note(
          'clock',
          `The database's clock is ${Math.abs(seconds).toFixed(0)} s ${seconds > 0 ? 'ahead of' : 'behind'} this machine's.`,
          'Let both take their time from NTP: times shown to people would differ. Nothing else depends on it.',
        )
      : ok('clock', `${Math.abs(facts.clockAhead)} ms from the database's`),
  );
  findings.push(
    facts.undurable.length > 0
      ? fault(
          'durability',
          `The database gives up what it acknowledged when the power goes: ${facts.undurable.join(', ')}.`,
          'Set it to on in postgresql.conf and reload.',
        )
      : ok('durability', 'every commit waits for the disk'),
  );
  return findings;
}

async function judgeKeys(data: string, facts: DatabaseFacts | undefined): Promise<Finding> {
  const keys = openKeys(data);
  try {
    const id = await keys.id();
    if (!id)
      return facts?.keyStore
        ? fault(
            'keys',
            `The key folder ${keys.folder} is empty, and this database was sealed with the key store ${facts.keyStore}.`,
            'Put the key folder back from its copy, or name it with VIVA_KEYS.',
          )
        : note(
            'keys',
            `There are no keys in ${keys.folder} yet.`,
            'The first start makes them. Keep a copy elsewhere, apart from the backups.',
          );
    if (facts?.keyStore && facts.keyStore !== id)
      return fault(
        'keys',
        `The key folder ${keys.folder} belongs to another database.`,
        'Name the folder of this database with VIVA_KEYS.',
      );
    const unreadable = await keys.unreadable();
    return unreadable.length > 0
      ? fault(
          'keys',
          `${unreadable.length} keys in ${keys.folder} cannot be read.`,
          'Put the key folder back from its copy; viva keys check lists them.',
        )
      : ok('keys', `key store ${id}, every key readable`);
  } catch (error) {
    return fault('keys', message(error), 'viva keys check says more.');
  }
}

function checkPort(port: number, host: string, served: boolean): Promise<Finding> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        served && error.code === 'EADDRINUSE'
          ? ok('port', `${port} is taken, as it should be while a server runs`)
          : fault(
              'port',
              `Port ${port} cannot be had: ${error.code}.`,
              error.code === 'EACCES'
                ? 'Ports below 1024 need rights: choose another with --port.'
                : 'Stop the other program, or choose another port with --port.',
            ),
      ),
    );
    probe.listen(port, host, () => probe.close(() => resolve(ok('port', `${port} is free`))));
  });
}

/** Every finding, in the order in which things depend on each other. Changes nothing. */
export async function diagnose(options: DiagnoseOptions): Promise<Finding[]> {
  const { data, databaseUrl, port, host, node = process.versions.node } = options;
  const findings = [checkNode(node), ...(await checkFolder(data))];
  const lock: LockState = databaseUrl
    ? { holder: undefined, alive: false }
    : await readLock(join(data, 'viva.lock'));
  if (!databaseUrl && existsSync(data)) findings.push(judgeLock(lock));
  const facts = await readFacts(options, lock);
  if ('check' in facts) findings.push(facts);
  else findings.push(...judgeFacts(facts));
  findings.push(await judgeKeys(data, 'check' in facts ? undefined : facts));
  findings.push(await checkPort(port, host, lock.alive));
  return findings;
}
