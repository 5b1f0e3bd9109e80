/**
 * Holds records against what the audit log says of them: scorecards and amendments against their digests, reveals,
 * decisions and published versions against the rows that recorded them, and content against its hashes.
 */
import { hash } from 'node:crypto';
import { contentHash } from '@viva/bank';
import type { RunQuery } from '../store/driver.ts';
import type { Faults } from './faults.ts';
import type { Recorded } from './verify-chain.ts';

const BATCH = 500;
const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** The actions that a record elsewhere answers to. */
export const RECORDING = new Set([
  'scorecard.submitted',
  'rating.amended',
  'candidate.revealed',
  'panel.closed',
  'decision.recorded',
  'question.published',
  'advisory.rated',
  'text.resealed',
]);

/** id, question, score, reason for not asking, evidence; and of an amendment what it amends, and why. */
type SealedRating = (string | number | null)[];

/** As the database computes it: fields joined by U+001F, nothing for a null; ratings by U+001E. */
const sealOf = (ratings: readonly SealedRating[]): string =>
  hash(
    'sha256',
    ratings.map((fields) => fields.filter((field) => field !== null).join('\x1f')).join('\x1e'),
    'hex',
  );

/** Databases sort text by their own rules, and a restored one may have others. */
const byBytes = (ratings: readonly SealedRating[]): SealedRating[] =>
  [...ratings].sort((a, b) => (String(a[1]) < String(b[1]) ? -1 : 1));

/** Recomputes the seal of every scorecard, in batches by key. @returns how many there are */
export async function verifySeals(run: RunQuery, faults: Faults): Promise<number> {
  let after: [string, string] = [NOWHERE, NOWHERE];
  let count = 0;
  for (;;) {
    const { rows } = await run(
      // What was sealed over a plain text holds for the sealed text by an entry of viva.reseal.
      `SELECT x.candidate_id::text, x.seat_id::text, x.rater_id::text, coalesce((SELECT s.now FROM viva.reseal s
           WHERE s.candidate_id = x.candidate_id AND s.rater_id = x.rater_id AND s.rating_id IS NULL AND s.was = x.digest), x.digest),
         coalesce((SELECT json_agg(json_build_array(r.id, r.question_id, r.score, r.not_asked, r.evidence) ORDER BY r.question_id)
           FROM viva.rating r WHERE r.candidate_id = x.candidate_id AND r.rater_id = x.rater_id AND r.kind = 'first'), '[]')::text
       FROM viva.submission x WHERE (x.candidate_id, x.seat_id) > ($1::uuid, $2::uuid)
       ORDER BY x.candidate_id, x.seat_id LIMIT ${BATCH}`,
      after,
    );
    for (const [candidate, seat, rater, digest, text] of rows as string[][]) {
      const ratings = JSON.parse(text ?? '[]') as SealedRating[];
      // A digit as the reason for not asking would have the digest of a score; the server refuses it.
      const disguised = ratings.some(
        ([, , score, notAsked]) => score === null && /^[1-5]$/.test(String(notAsked)),
      );
      if (disguised || (digest !== sealOf(ratings) && digest !== sealOf(byBytes(ratings))))
        faults.add(
          'seal',
          null,
          'the ratings differ from what was sealed',
          `scorecard/${candidate}/${rater}`,
        );
      after = [candidate ?? NOWHERE, seat ?? NOWHERE];
    }
    count += rows.length;
    if (rows.length < BATCH) return count;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const asUuid = (value: unknown): string | null =>
  typeof value === 'string' && UUID.test(value) ? value : null;
const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

interface Answering {
  action: string;
  /** Joins `row (seq, candidate, actor, subject, id, digest)` with the record that it speaks of. */
  record: string;
  id: string;
  digest: string;
  what: string;
}

/** Which record must be there for a row of the log; `id` and `digest` name members of its detail. */
const ANSWERING: Answering[] = [
  {
    action: 'scorecard.submitted',
    record:
      'viva.submission x WHERE x.candidate_id = entry.candidate AND x.rater_id = entry.actor AND x.digest = entry.digest',
    id: 'seat',
    digest: 'digest',
    what: 'the audit log names a scorecard that is missing or differs from what was sealed',
  },
  {
    action: 'candidate.revealed',
    record: 'viva.reveal x WHERE x.candidate_id = entry.candidate',
    id: '',
    digest: '',
    what: 'the audit log names a reveal that is missing',
  },
  {
    action: 'panel.closed',
    record: "viva.reveal x WHERE x.candidate_id = entry.candidate AND x.cause = 'closed'",
    id: '',
    digest: '',
    what: 'the audit log names a closed panel that is missing',
  },
  {
    action: 'decision.recorded',
    record:
      'viva.decision x WHERE x.candidate_id = entry.candidate AND x.decided_by = entry.actor AND x.outcome = entry.digest',
    id: '',
    digest: 'outcome',
    what: 'the audit log names a decision that is missing or differs',
  },
  {
    action: 'text.resealed',
    record: 'viva.reseal x WHERE x.candidate_id = entry.candidate AND x.now = entry.digest',
    id: '',
    digest: 'now',
    what: 'the audit log names a seal over a sealed text that is missing or differs',
  },
  {
    action: 'question.published',
    record:
      "viva.question_version x WHERE 'question/' || x.question_id = entry.subject AND x.proposal_id = entry.id AND x.hash = entry.digest",
    id: 'proposal',
    digest: 'hash',
    what: 'the audit log names a published version that is missing or differs',
  },
  {
    action: 'advisory.rated',
    record:
      "viva.advisory_rating x WHERE 'advisory/' || x.id = entry.subject AND x.candidate_id = entry.candidate AND viva.advisory_digest(x) = entry.digest",
    id: '',
    digest: 'digest',
    what: 'the audit log names an advisory rating that is missing or differs from what was sealed',
  },
];

/** Looks up what a batch of rows of the log speaks of. */
export async function verifyRecorded(
  run: RunQuery,
  faults: Faults,
  rows: readonly Recorded[],
): Promise<void> {
  for (const { action, record, id, digest, what } of ANSWERING) {
    const own = rows.filter((row) => row.action === action);
    if (own.length === 0) continue;
    const found = await run(
      `SELECT entry.seq::text FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[])
         AS entry (seq, candidate, actor, subject, id, digest) WHERE NOT EXISTS (SELECT 1 FROM ${record}) ORDER BY entry.seq`,
      [
        own.map(({ seq }) => seq),
        own.map(({ candidateId }) => asUuid(candidateId)),
        own.map(({ actorId }) => asUuid(actorId)),
        own.map(({ subject }) => subject),
        own.map(({ detail }) => asUuid(detail[id])),
        own.map(({ detail }) => asText(detail[digest])),
      ],
    );
    const subjects = new Map(own.map(({ seq, subject }) => [seq, subject]));
    for (const [seq] of found.rows) faults.add('seal', Number(seq), what, subjects.get(Number(seq)) ?? null);
  }
  const amended = rows.filter(({ action }) => action === 'rating.amended');
  if (amended.length === 0) return;
  const held = await run(
    `SELECT r.id::text, json_build_array(r.id, r.question_id, r.score, r.not_asked, r.evidence, r.amends, r.reason)::text, r.candidate_id::text, r.rater_id::text, s.was, s.now
     FROM viva.rating r LEFT JOIN viva.reseal s ON s.rating_id = r.id WHERE r.id = ANY($1::uuid[]) AND r.kind = 'amendment'`,
    [amended.flatMap(({ detail }) => asUuid(detail.rating) ?? [])],
  );
  const amendments = new Map(
    (held.rows as string[][]).map(([id, text, candidate, rater, was, now]) => {
      const seal = sealOf([JSON.parse(text ?? '[]') as SealedRating]);
      return [id, { seal: was && seal === now ? was : seal, candidate, rater }];
    }),
  );
  for (const { seq, subject, detail, candidateId, actorId } of amended) {
    const amendment = amendments.get(String(detail.rating));
    if (
      amendment?.seal !== detail.digest ||
      amendment?.candidate !== candidateId ||
      amendment?.rater !== actorId
    )
      faults.add('seal', seq, 'the audit log names an amendment that is missing or differs', subject);
  }
}

/** Records that no row of the log speaks of: somebody put them there past the server. */
const UNRECORDED: { subject: string; what: string; record: string }[] = [
  {
    subject: "'scorecard/' || s.candidate_id || '/' || s.rater_id",
    what: 'a seal was replaced, and the audit log knows nothing of it',
    record: `viva.reseal s WHERE NOT EXISTS (SELECT 1 FROM viva.audit a WHERE a.action = 'text.resealed'
      AND a.candidate_id = s.candidate_id AND position(s.was IN a.detail) > 0 AND position(s.now IN a.detail) > 0)`,
  },
  {
    subject: "'rating/' || r.id",
    what: 'a rating belongs to no sealed scorecard',
    record: `viva.rating r WHERE NOT EXISTS (
      SELECT 1 FROM viva.submission x WHERE x.candidate_id = r.candidate_id AND x.rater_id = r.rater_id)`,
  },
  {
    subject: "'scorecard/' || x.candidate_id || '/' || x.rater_id",
    what: 'a sealed scorecard of which the audit log knows nothing',
    record: `viva.submission x WHERE NOT EXISTS (SELECT 1 FROM viva.audit a
      WHERE a.action = 'scorecard.submitted' AND a.candidate_id = x.candidate_id AND a.actor_id = x.rater_id)`,
  },
  {
    subject: "'rating/' || r.id",
    what: 'an amendment of which the audit log knows nothing',
    record: `viva.rating r WHERE r.kind = 'amendment' AND NOT EXISTS (SELECT 1 FROM viva.audit a
      WHERE a.action = 'rating.amended' AND a.candidate_id = r.candidate_id AND position(r.id::text IN a.detail) > 0)`,
  },
  {
    subject: "'candidate/' || r.candidate_id",
    what: 'a reveal of which the audit log knows nothing',
    record: `viva.reveal r WHERE NOT EXISTS (SELECT 1 FROM viva.audit a
      WHERE a.action IN ('candidate.revealed', 'panel.closed') AND a.candidate_id = r.candidate_id)`,
  },
  {
    subject: "'candidate/' || d.candidate_id",
    what: 'a decision of which the audit log knows nothing',
    record: `viva.decision d WHERE NOT EXISTS (SELECT 1 FROM viva.audit a
      WHERE a.action = 'decision.recorded' AND a.candidate_id = d.candidate_id AND a.actor_id = d.decided_by
        AND position('"' || d.outcome || '"' IN a.detail) > 0)`,
  },
  {
    subject: "'question/' || v.question_id || '/' || v.version",
    what: 'a published version of which the audit log knows nothing',
    record: `viva.question_version v WHERE NOT EXISTS (SELECT 1 FROM viva.audit a
      WHERE a.action = 'question.published' AND a.subject = 'question/' || v.question_id AND position(v.hash IN a.detail) > 0)`,
  },
  {
    subject: "'advisory/' || r.id",
    what: 'an advisory rating of which the audit log knows nothing',
    record: `viva.advisory_rating r WHERE NOT EXISTS (SELECT 1 FROM viva.audit a
      WHERE a.action = 'advisory.rated' AND a.subject = 'advisory/' || r.id)`,
  },
];

export async function findUnrecorded(run: RunQuery, faults: Faults): Promise<void> {
  for (const { subject, what, record } of UNRECORDED)
    for (const [name] of (await run(`SELECT ${subject} FROM ${record} LIMIT 1000`)).rows)
      faults.add('unrecorded', null, what, String(name));
}

/** Recomputes the content hashes of published versions, and of the questions that openings pinned. */
export async function verifyContents(run: RunQuery, faults: Faults): Promise<number> {
  let count = 0;
  let version: [string, number] = ['', 0];
  for (;;) {
    const { rows } = await run(
      `SELECT question_id, version, hash, content FROM viva.question_version WHERE (question_id, version) > ($1, $2::int)
       ORDER BY question_id, version LIMIT ${BATCH}`,
      version,
    );
    for (const [id, number, held, content] of rows as [string, number, string, unknown][]) {
      if ((await contentHash(content)) !== held)
        faults.add('version', null, 'was changed after it was published', `question/${id}/${number}`);
      version = [id, number];
    }
    count += rows.length;
    if (rows.length < BATCH) break;
  }
  let item: [string, string] = [NOWHERE, ''];
  for (;;) {
    const { rows } = await run(
      `SELECT opening_id::text, question_id, question_hash, question FROM viva.opening_item
       WHERE (opening_id, question_id) > ($1::uuid, $2) ORDER BY opening_id, question_id LIMIT ${BATCH}`,
      item,
    );
    for (const [opening, id, held, question] of rows as [string, string, string, Record<string, unknown>][]) {
      const { hash: own, ...content } = question;
      if (own !== held || (await contentHash(content)) !== held)
        faults.add('pinned', null, 'is not the question that the opening pinned', `opening/${opening}/${id}`);
      item = [opening, id];
    }
    count += rows.length;
    if (rows.length < BATCH) return count;
  }
}
