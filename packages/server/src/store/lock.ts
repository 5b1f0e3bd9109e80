/** An exclusive lock on a data folder: PGlite takes none, and two processes in one folder corrupt it silently. */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

const exists = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

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
  };
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(mine, JSON.stringify(own));
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      try {
        // A link is made whole or not at all, and never over another.
        await link(mine, path);
        return async () => {
          const holder = await readHolder(path);
          if (holder?.pid === own.pid && holder.since === own.since) await rm(path, { force: true });
        };
      } catch (error) {
        if (!exists(error)) throw error;
      }
      const holder = await readHolder(path);
      if (holder && (await alive(holder)))
        throw new LockError(
          `The data folder is in use by process ${holder.pid} on ${holder.host} since ${holder.since}. ` +
            `Stop that server, or choose another folder with --data. (Lock file: ${path})`,
        );
      // Left by a process that died. Move it away, and make sure that what moved is what was read.
      const aside = `${mine}.stale`;
      try {
        await rename(path, aside);
      } catch {
        continue;
      }
      const moved = await readHolder(aside);
      if (moved && JSON.stringify(moved) !== JSON.stringify(holder))
        await link(aside, path).catch(() => undefined);
      await rm(aside, { force: true });
    }
    throw new LockError(`The lock file ${path} keeps changing hands: try again.`);
  } finally {
    await rm(mine, { force: true });
  }
}
