/** A driver whose transactions can be rolled back after they have answered: one world serves thousands of requests. */
import type { Driver } from '../store/driver.ts';

/** Carries a transaction's answer out of the transaction that is undone. */
class Undone extends Error {
  readonly value: unknown;
  constructor(value: unknown) {
    super('undone');
    this.value = value;
  }
}

/** @returns the driver, and a switch: while `on`, every transaction answers as ever and leaves nothing behind. */
export function dryRun(driver: Driver): { driver: Driver; dry: { on: boolean } } {
  const dry = { on: false };
  const transaction: Driver['transaction'] = async (work, begin) => {
    if (!dry.on) return driver.transaction(work, begin);
    try {
      return await driver.transaction(async (run): Promise<never> => {
        throw new Undone(await work(run));
      }, begin);
    } catch (error) {
      if (error instanceof Undone) return error.value as never;
      throw error;
    }
  };
  return { dry, driver: { ...driver, transaction } };
}
