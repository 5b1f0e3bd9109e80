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
  /** Ids of its runs, one a seed, in order; none where it cannot be run. */
  runs: string[];
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
      const parsed = lab?.params.safeParse(check.params);
      if (!parsed?.success) {
        const issue = parsed?.error?.issues[0];
        const reason = issue
          ? `its parameters do not fit: ${issue.path.map(String).join('.')}: ${issue.message}`
          : `there is no lab ${check.lab}`;
        claims.push({ ...planned, runs: [], reason });
        continue;
      }
      const own = check.seeds.map((seed): PlannedRun => {
        const params = parsed.data;
        return { id: canonicalJson({ lab: check.lab, params, seed }), lab: check.lab, params, seed };
      });
      for (const run of own) if (!runs.has(run.id)) runs.set(run.id, run);
      claims.push({ ...planned, runs: own.map(({ id }) => id) });
    }
  }
  return { claims, runs: [...runs.values()] };
}
