/** An exclusive lock on a data folder: PGlite takes none, and two processes in one folder corrupt it silently. */
import { randomUUID } from 'node:crypto';
import { access, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

export class LockError extends Error {
  override readonly name = 'LockError';
  readonly code = 'folder-in-use';
}

interface Holder {
  pid: number;
  host: string;
  since: string;
  /** When the process began, in the kernel's ticks: tells a process from a later one with the same number. */
  began: string | null;
  nonce: string;
}

/** The kernel's start time of a process; null where the system has no /proc. */
async function beginning(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command's name, may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

async function alive({ pid, host, began }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return began === null || (await beginning(pid)) === began;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

export interface LockState {
  holder: Pick<Holder, 'pid' | 'host' | 'since'> | undefined;
  /** Whether the holder still runs; true of holders on other machines, which cannot be asked. */
  alive: boolean;
}

/** Who holds a lock, without taking it. */
export async function readLock(path: string): Promise<LockState> {
  const holder = await readHolder(path);
  return { holder, alive: holder !== undefined && (await alive(holder)) };
}

/** Makes `path` a copy of `mine` in one step; false where something is there already. */
async function linkNew(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const heldBy = ({ pid, host, since }: Holder, path: string): LockError =>
  new LockError(
    `The data folder is in use by process ${pid} on ${host} since ${since}. ` +
      `Stop that server, or choose another folder with --data. (Lock file: ${path})`,
  );

/**
 * Replaces a lock that a dead process left. Only one at a time may try, and it looks again once it is alone: otherwise
 * the second of two could replace the fresh lock of the first.
 */
async function takeOver(mine: string, path: string): Promise<boolean> {
  const turn = `${path}.takeover`;
  if (!(await linkNew(mine, turn))) {
    const other = await readHolder(turn);
    if (other && !(await alive(other))) await rm(turn, { force: true });
    return false;
  }
  try {
    const holder = await readHolder(path);
    if (holder && (await alive(holder))) throw heldBy(holder, path);
    // Gone meanwhile: whoever links first has it. What is still here can only be moved by whoever has the turn.
    if (
      !(await access(path).then(
        () => true,
        () => false,
      ))
    )
      return false;
    const copy = `${mine}.copy`;
    await link(mine, copy);
    await rename(copy, path);
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

/**
 * Takes the lock, or takes it over from a process that died.
 * @returns a function that gives it back.
 * @throws LockError naming the holder, where a living process holds it.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    began: await beginning(process.pid),
    nonce: randomUUID(),
  };
  const mine = `${path}.${own.nonce}`;
  await writeFile(mine, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      const holder = await readHolder(path);
      if (holder && (await alive(holder))) throw heldBy(holder, path);
      if ((await linkNew(mine, path)) || (await takeOver(mine, path)))
        return async () => {
          if ((await readHolder(path))?.nonce === own.nonce) await rm(path, { force: true });
        };
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new LockError(`The lock file ${path} keeps changing hands: try again.`);
  } finally {
    await rm(mine, { force: true });
  }
}
