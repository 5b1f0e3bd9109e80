/** Reading and writing content by JSON pointers. Pure; what is not touched stays the same object. */

const steps = (at: string): string[] => at.split('/').slice(1);

export function valueAt(content: unknown, at: string): unknown {
  let value = content;
  for (const step of steps(at)) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** A copy with another value at `at`; undefined takes the member away. */
export function withValue<T>(content: T, at: string, value: unknown): T {
  const write = (from: unknown, [step, ...rest]: string[]): unknown => {
    if (step === undefined) return value;
    if (Array.isArray(from)) {
      const copy = [...(from as unknown[])];
      copy[Number(step)] = write(copy[Number(step)], rest);
      return copy;
    }
    const { [step]: old, ...others } = (from ?? {}) as Record<string, unknown>;
    const next = write(old, rest);
    return next === undefined ? others : { ...others, [step]: next };
  };
  return write(content, steps(at)) as T;
}
