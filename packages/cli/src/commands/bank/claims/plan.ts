/** Which experiments the claims of the bank need. Claims that name the same lab, parameters and seed share one run. */
import { type Bank, type Claim, type ClaimCheck, canonicalJson } from '@viva/bank';
import type { AnyLab } from '../../lab/find-lab.ts';

export interface PlannedRun {
  /** Lab, parameters as the lab reads them, and seed: what makes a run the same run. */
  id: string;
  lab: string;
  params: Record<string, unknown>;
  seed: number;
}

export interface PlannedClaim {
  question: string;
  area: string;
  claim: Claim & { check: ClaimCheck };
  /** Ids of its runs; none where it cannot be run. */
  runs: string[];
  /** The same, seed by seed, by the name that the check gives the run: '' where it has but one. */
  bySeed: Readonly<Record<string, string>>[];
  /** Why it cannot be run. */
  reason?: string;
}

export interface Plan {
  claims: PlannedClaim[];
  runs: PlannedRun[];
}

export interface Selection {
  area?: string;
  questions?: readonly string[];
}

/** Runs come in the order in which claims need them. */
export function planClaims(bank: Bank, labs: readonly AnyLab[], { area, questions }: Selection = {}): Plan {
  const runs = new Map<string, PlannedRun>();
  const claims: PlannedClaim[] = [];
  for (const question of bank.questions.values()) {
    if (area !== undefined && question.area !== area) continue;
    if (questions !== undefined && !questions.includes(question.id)) continue;
    for (const claim of question.claims) {
      const { check } = claim;
      if (!check) continue;
      const planned = { question: question.id, area: question.area, claim: { ...claim, check } };
      const lab = labs.find(({ id }) => id === check.lab);
      const refuse = (reason: string) => claims.push({ ...planned, runs: [], bySeed: [], reason });
      if (!lab) {
        refuse(`there is no lab ${check.lab}`);
        continue;
      }
      const variants = Object.entries(check.vary ?? { '': {} }).map(([name, change]) => ({
        name,
        parsed: lab.params.safeParse({ ...check.params, ...change }),
      }));
      const unfit = variants.find(({ parsed }) => !parsed.success);
      if (unfit) {
        const issue = unfit.parsed.error?.issues[0];
        refuse(
          `its parameters do not fit${unfit.name && `, in ${unfit.name}`}: ${issue?.path.map(String).join('.')}: ${issue?.message}`,
        );
        continue;
      }
      const bySeed = check.seeds.map((seed) =>
        Object.fromEntries(
          variants.map(({ name, parsed }) => {
            const params = parsed.data ?? {};
            const run: PlannedRun = {
              id: canonicalJson({ lab: check.lab, params, seed }),
              lab: check.lab,
              params,
              seed,
            };
            if (!runs.has(run.id)) runs.set(run.id, run);
            return [name, run.id];
          }),
        ),
      );
      claims.push({ ...planned, runs: bySeed.flatMap((names) => Object.values(names)), bySeed });
    }
  }
  return { claims, runs: [...runs.values()] };
}
