/** What actors can do in a random play, as requests; and what an outsider to one rater's secrets can look at. */
import fc from 'fast-check';

export type Who = 'ann' | 'cao' | 'dan' | 'lead';
export type Which = 'plain' | 'secret';

/** A step that everybody may know of, or that the secret rater takes in secret. */
export type Step =
  | { kind: 'draft'; who: 'ann' | 'cao' | 'dan'; which: Which; question: number; score: number }
  | { kind: 'submit'; who: 'ann' | 'cao' | 'dan'; which: Which; complete: boolean }
  | { kind: 'secret'; action: 'draft' | 'note' | 'amend' | 'not-asked'; question: number }
  | { kind: 'lock'; which: Which }
  | { kind: 'substitute'; seat: number; person: 'ann' | 'ben' | 'cao' | 'dan' }
  | { kind: 'withdraw'; which: Which }
  | { kind: 'close'; which: Which }
  | { kind: 'comment' | 'decide'; who: Who; which: Which }
  | { kind: 'schedule'; which: Which }
  | { kind: 'look'; who: Who; what: number; which: Which };

const rater = fc.constantFrom('ann' as const, 'cao' as const, 'dan' as const);
const who = fc.constantFrom<Who>('ann', 'cao', 'dan', 'lead');
const which = fc.constantFrom<Which>('plain', 'secret', 'secret');
const question = fc.nat(1);

export const LOOKS = [
  (candidate: string) => `/api/candidates/${candidate}`,
  (candidate: string) => `/api/candidates/${candidate}/ratings`,
  (candidate: string) => `/api/candidates/${candidate}/notes`,
  (candidate: string) => `/api/candidates/${candidate}/comments`,
  (candidate: string) => `/api/candidates/${candidate}/scorecard`,
  (candidate: string) => `/api/sessions?candidate=${candidate}`,
  (_: string, opening: string) => `/api/openings/${opening}`,
  (_: string, opening: string) => `/api/openings/${opening}/candidates?limit=200`,
  (_: string, opening: string) => `/api/openings/${opening}/decision`,
  (_: string, opening: string) => `/api/openings/${opening}/export.csv`,
  (_: string, opening: string) => `/api/openings/${opening}/audit?limit=200`,
  () => '/api/openings?limit=3',
  (_c: string, _o: string, token: string) => `/api/search?q=${token}`,
];

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('look' as const), who, what: fc.nat(LOOKS.length - 1), which }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('secret' as const),
      action: fc.constantFrom(
        'draft' as const,
        'draft' as const,
        'note' as const,
        'amend' as const,
        'not-asked' as const,
      ),
      question,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('draft' as const),
      who: rater,
      which,
      question,
      score: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('submit' as const), who: rater, which, complete: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lock' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('comment' as const, 'decide' as const), who, which }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('schedule' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('substitute' as const),
      seat: fc.nat(2),
      person: fc.constantFrom('ann' as const, 'ben' as const, 'cao' as const, 'dan' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('withdraw' as const, 'close' as const), which }),
  },
);
