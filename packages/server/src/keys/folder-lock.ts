/** One change of the key folder at a time, among all processes that share it. */
import { LockError, takeLock } from '../store/lock.ts';
import { KeyError } from './key-error.ts';

const WAIT_MS = 30_000;

/** Makes a function that runs `work` alone: first in turn within this process, then behind the lock file. */
export function createFolderLock(path: string): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const release = await takeLock(path).catch((error: unknown) => {
        if (error instanceof LockError && Date.now() < until) return undefined;
        if (error instanceof LockError)
          throw new KeyError(
            'keys-busy',
            `Another process has held the key folder for ${WAIT_MS / 1000} s. If none is running, remove ${path}.`,
            { cause: error },
          );
        throw error;
      });
      if (release)
        try {
          return await work();
        } finally {
          await release();
        }
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    }
  };
  return (work) => {
    const mine = turn.then(
      () => alone(work),
      () => alone(work),
    );
    turn = mine.catch(() => undefined);
    return mine;
  };
}
