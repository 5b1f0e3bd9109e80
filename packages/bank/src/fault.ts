/** What the checks share: how a fault is reported, and what stands more than once. */

/** Reports a fault at the value that a path of the YAML file leads to. */
export type Fault = (code: string, message: string, ...path: PropertyKey[]) => void;

/** The ids that stand more than once. */
export const repeated = (ids: readonly string[]): Set<string> =>
  new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
