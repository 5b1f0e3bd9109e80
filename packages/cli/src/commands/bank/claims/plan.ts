/** Which experiments a bank's claims ask for: each once, however many claims rest on it. Pure: nothing runs here. */
import {
  type AssertionVerdict,
  type Claim,
  type ClaimCheck,
  judge,
  parseAssertion,
  type Question,
} from '@viva/bank';
import type { Measures } from '@viva/labs';
import type { AnyLab } from '../../lab/find-lab.ts';

/** One run of one lab: what can be done on its own, in any order, or be kept from an earlier time. */
export interface PlannedRun {
  /** The same for the same experiment: lab, all of its parameters as the schema gives them, seed. */
  key: string;
  lab: AnyLab;
  params: Record<string, unknown>;
  seed: number;
}

export interface PlannedClaim {
  question: string;
  area: string;
  claim: Claim;
  check: ClaimCheck;
  /** Why it cannot be run; null where it can. */
  reason: string | null;
  /** By seed, as in `check.seeds`: the keys of its runs by name; the one run without a name is ''. */
  runs: Record<string, string>[];
}

export interface Plan {
  claims: PlannedClaim[];
  runs: Map<string, PlannedRun>;
}

export interface ClaimResult {
  question: string;
  area: string;
  claim: string;
  text: Claim['text'];
  verdict: 'holds' | 'refuted' | 'failed' | 'not-run';
  /** Why it failed or was not run. */
  reason?: string;
  lab: string;
  params: Record<string, unknown>;
  vary?: Record<string, Record<string, unknown>>;
  seeds: number[];
  assertions: AssertionVerdict[];
}

export function planClaims(questions: Iterable<Question>, labs: readonly AnyLab[]): Plan {
  const runs = new Map<string, PlannedRun>();
  const claims: PlannedClaim[] = [];
  for (const { id: question, area, claims: list } of questions)
    for (const claim of list) {
      if (!claim.check) continue;
      const { check } = claim;
      const lab = labs.find(({ id }) => id === check.lab);
      const planned: PlannedClaim = { question, area, claim, check, reason: null, runs: [] };
      claims.push(planned);
      if (!lab) {
        planned.reason = `there is no lab ${check.lab}`;
        continue;
      }
      const settings = new Map<string, Record<string, unknown>>();
      for (const [name, change] of Object.entries(check.vary ?? { '': {} })) {
        const parsed = lab.params.safeParse({ ...check.params, ...change });
        if (parsed.success) settings.set(name, parsed.data);
        else
          planned.reason = `its parameters do not fit${name && ` in ${name}`}: ${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? ''}`;
      }
      if (planned.reason !== null) continue;
      for (const seed of check.seeds) {
        const keys: Record<string, string> = {};
        for (const [name, params] of settings) {
          const key = JSON.stringify([lab.id, params, seed]);
          keys[name] = key;
          if (!runs.has(key)) runs.set(key, { key, lab, params, seed });
        }
        planned.runs.push(keys);
      }
    }
  return { claims, runs };
}

/** @param measures of every planned run, by its key */
export function judgeClaim(
  { question, area, claim, check, reason, runs }: PlannedClaim,
  measures: ReadonlyMap<string, Measures>,
): ClaimResult {
  const base = {
    question,
    area,
    claim: claim.id,
    text: claim.text,
    lab: check.lab,
    params: check.params,
    ...(check.vary ? { vary: check.vary } : {}),
    seeds: check.seeds,
  };
  if (reason !== null) return { ...base, verdict: 'not-run', reason, assertions: [] };
  const bySeed = runs.map((keys) =>
    Object.fromEntries(
      Object.entries(keys).flatMap(([name, key]) =>
        Object.entries(measures.get(key) ?? {}).map(([id, value]) => [name ? `${name}.${id}` : id, value]),
      ),
    ),
  );
  const assertions = check.assert.map((text) => judge(parseAssertion(text), bySeed));
  return { ...base, verdict: assertions.every(({ holds }) => holds) ? 'holds' : 'refuted', assertions };
}
