/**
 * Fills a database with a great many ratings by a few statements: closed openings of the past, and today's, whose panels
 * are at work. Everything is as the server would have written it: sealed, revealed, and recorded in the chained log, so
 * that verifying the log finds no fault. Needs the rights of a superuser, because it writes past triggers and policies.
 */
import type { Driver, RunQuery } from '../store/driver.ts';

export interface FillOptions {
  /** An opening made by the server, with its items and without a panel: every other is copied from it. */
  template: string;
  /** A lead, who appoints and decides. */
  lead: string;
  /** Closed openings, each with every candidate rated by its whole panel. */
  past: Shape & { openings: number };
  /** Openings of today: their first candidates are revealed, the others to be scored. */
  today: Shape & { openings: number; revealed: number };
  /** The log is filled up to this many rows with sessions that began and ended. */
  auditRows?: number;
  /** Seed of the random numbers. */
  seed?: number;
}

export interface Shape {
  candidates: number;
  raters: number;
}

/** Ids of a filled row: version and variant bits of a UUID, a letter for the table, a number. */
const id = (letter: string, number: string): string =>
  `('${letter}0000000-0000-4000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

const openingIds = 'a';
const raterIds = 'b';
const seatIds = 'c';
const candidateIds = 'd';

/** The number-th interviewer of those that were made. */
export const filledRater = (number: number): string =>
  `b0000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
/** The token of that interviewer's session. */
export const filledToken = (number: number): string =>
  `filled-session-token-${String(number).padStart(8, '0')}`;
/** The number-th opening: past ones first. */
export const filledOpening = (number: number): string =>
  `a0000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

/** A candidate of an opening, both by their number. */
export const filledCandidate = (opening: number, number: number): string =>
  `d0000000-0000-4000-8000-${(opening * 100_000 + number).toString(16).padStart(12, '0')}`;

/** @returns how many ratings there are now */
export async function fill(
  driver: Driver,
  { template, lead, past, today, auditRows = 0, seed = 0.5 }: FillOptions,
  onStep: (step: string) => void = () => undefined,
): Promise<number> {
  const openings = past.openings + today.openings;
  // Raters of the past sit again today; today's panels share nobody.
  const raters = Math.max(today.openings * today.raters, past.raters);
  return driver.transaction(async (run) => {
    const step = async (name: string, sql: string): Promise<void> => {
      onStep(name);
      await run(sql);
    };
    await run('SET LOCAL session_replication_role = replica');
    await run('SELECT setseed($1)', [seed]);
    const shape = (a: string, b: string): string =>
      `CASE WHEN o.n <= ${past.openings} THEN ${a} ELSE ${b} END`;
    await step(
      'people',
      `WITH n AS (SELECT n FROM generate_series(1, ${raters}) n), login AS (
         INSERT INTO viva_auth.account_user (id, name, email, email_verified, created_at, updated_at)
         SELECT 'filled-' || n, 'Rater ' || n, 'rater' || n || '@filled.test', true, now(), now() FROM n RETURNING id)
       , person AS (INSERT INTO viva.person (id, user_id, name, email, role, locale, created_at)
         SELECT ${id(raterIds, 'n')}, 'filled-' || n, 'Rater ' || n, 'rater' || n || '@filled.test', 'interviewer', 'en', '2026-01-01' FROM n)
       INSERT INTO viva_auth.session (id, expires_at, token, created_at, updated_at, user_id)
         SELECT 'filled-' || n, now() + interval '7 days', 'filled-session-token-' || lpad(n::text, 8, '0'), now(), now(), 'filled-' || n FROM n`,
    );
    await step(
      'openings',
      `CREATE TEMPORARY TABLE filled_opening ON COMMIT DROP AS
         SELECT o.n, ${id(openingIds, 'o.n')} AS id, ${shape(String(past.candidates), String(today.candidates))} AS candidates,
           ${shape(String(past.raters), String(today.raters))} AS raters, ${shape(String(past.candidates), String(today.revealed))} AS revealed,
           ${shape('0', `(o.n - ${past.openings} - 1) * ${today.raters}`)} AS first_rater,
           '2026-01-01T08:00:00Z'::timestamptz + o.n * interval '1 hour' AS at
         FROM generate_series(1, ${openings}) o(n)`,
    );
    await run('ANALYZE filled_opening');
    await run(
      `INSERT INTO viva.opening (id, title, description, status, demo, kit_id, kit_hash, kit, scale_family, competencies, created_by, created_at, opened_at, closed_at, ask_groups)
       SELECT o.id, 'Opening ' || o.n, t.description, ${shape("'closed'", "'open'")}, false, t.kit_id, t.kit_hash, t.kit, t.scale_family, t.competencies, $2::uuid,
         o.at, o.at, ${shape("o.at + interval '30 days'", 'NULL')}, t.ask_groups
       FROM filled_opening o, viva.opening t WHERE t.id = $1`,
      [template, lead],
    );
    await run(
      `INSERT INTO viva.opening_item (opening_id, question_id, ordinal, competency, weight, question_hash, question)
       SELECT o.id, i.question_id, i.ordinal, i.competency, i.weight, i.question_hash, i.question
       FROM filled_opening o, viva.opening_item i WHERE i.opening_id = $1`,
      [template],
    );
    await run(
      `INSERT INTO viva.seat (id, opening_id, ordinal) SELECT ${id(seatIds, 'o.n * 1000 + s')}, o.id, s FROM filled_opening o, generate_series(1, o.raters) s`,
    );
    await run(
      `INSERT INTO viva.seat_holder (seat_id, ordinal, opening_id, person_id, since, appointed_by, calibration)
       SELECT ${id(seatIds, 'o.n * 1000 + s')}, 1, o.id, ${id(raterIds, 'o.first_rater + s')}, o.at, $1::uuid, 'passed'
       FROM filled_opening o, generate_series(1, o.raters) s`,
      [lead],
    );
    await step(
      'candidates',
      `CREATE TEMPORARY TABLE filled_candidate ON COMMIT DROP AS
         SELECT ${id(candidateIds, 'o.n * 100000 + c')} AS id, o.id AS opening_id, o.n AS opening, c, o.raters, o.first_rater, c <= o.revealed AS revealed,
           date_trunc('milliseconds', o.at + c * interval '1 second') AS at, random() + random() + random() - 1.5 AS ability
         FROM filled_opening o, generate_series(1, o.candidates) c`,
    );
    await run('ANALYZE filled_candidate');
    await run(
      `INSERT INTO viva.candidate (id, opening_id, name, created_at) SELECT id, opening_id, 'Candidate ' || opening || '-' || c, at FROM filled_candidate`,
    );
    await run(
      `INSERT INTO viva.interview_session (id, opening_id, candidate_id, scheduled_at, minutes, place, status)
       SELECT gen_random_uuid(), opening_id, id, at, 45, 'Room ' || c % 20, CASE WHEN revealed THEN 'ended' ELSE 'scheduled' END FROM filled_candidate`,
    );
    await step(
      'ratings',
      `INSERT INTO viva.rating (id, opening_id, candidate_id, rater_id, question_id, score, evidence, kind, created_at)
       SELECT gen_random_uuid(), c.opening_id, c.id, ${id(raterIds, 'c.first_rater + s')}, i.question_id,
         greatest(1, least(5, round(3 + 1.2 * c.ability + 0.25 * (s % 5 - 2) + 0.2 * (i.ordinal % 5 - 2) + 1.6 * (random() - 0.5))))::smallint,
         'Said in answer ' || i.ordinal || ' to rater ' || s || ' why the scale is chosen so, and gave the bound on its error: ' || round((random() * 1e9)::numeric) || '.',
         'first', c.at + s * interval '1 minute'
       FROM filled_candidate c JOIN viva.opening_item i ON i.opening_id = c.opening_id, generate_series(1, c.raters) s WHERE c.revealed`,
    );
    await step(
      'seals',
      `INSERT INTO viva.submission (candidate_id, seat_id, rater_id, opening_id, submitted_at, digest)
       SELECT c.id, ${id(seatIds, 'c.opening * 1000 + s')}, ${id(raterIds, 'c.first_rater + s')}, c.opening_id, c.at + s * interval '1 minute', g.digest
       FROM filled_candidate c, generate_series(1, c.raters) s, LATERAL (
         SELECT encode(sha256(convert_to(string_agg(concat_ws(E'\\x1f', r.id, r.question_id, r.score, r.not_asked, r.evidence), E'\\x1e' ORDER BY r.question_id), 'UTF8')), 'hex') AS digest
         FROM viva.rating r WHERE r.candidate_id = c.id AND r.rater_id = ${id(raterIds, 'c.first_rater + s')} AND r.kind = 'first') g
       WHERE c.revealed`,
    );
    await run(
      `INSERT INTO viva.reveal (candidate_id, opening_id, cause, revealed_by, revealed_at)
       SELECT id, opening_id, 'complete', ${id(raterIds, 'first_rater + raters')}, at + raters * interval '1 minute' FROM filled_candidate WHERE revealed`,
    );
    onStep('log');
    await fillLog(run, auditRows);
    return Number((await run('SELECT count(*) FROM viva.rating')).rows[0]?.[0] ?? 0);
  });
}

/** One row after another, as the server appends them: each needs the hash of the one before. */
async function fillLog(run: RunQuery, auditRows: number): Promise<void> {
  await run(`DO $fill$
    DECLARE
      head viva.audit_head;
      event record;
      digest text;
    BEGIN
      SELECT * INTO head FROM viva.audit_head FOR UPDATE;
      FOR event IN
        SELECT x.submitted_at AS at, x.rater_id AS actor, 'scorecard.submitted' AS action, 'candidate/' || x.candidate_id AS subject, x.opening_id, x.candidate_id,
            true AS sealed, '{"seat":"' || x.seat_id || '","digest":"' || x.digest || '"}' AS detail, 1 AS rank
          FROM viva.submission x JOIN filled_candidate c ON c.id = x.candidate_id
        UNION ALL
        SELECT r.revealed_at, r.revealed_by, 'candidate.revealed', 'candidate/' || r.candidate_id, r.opening_id, r.candidate_id, false, '{}', 2
          FROM viva.reveal r JOIN filled_candidate c ON c.id = r.candidate_id
        UNION ALL
        SELECT '2026-06-01T08:00:00Z'::timestamptz + n * interval '1 millisecond', NULL, 'session.changed', 'session/' || n, NULL, NULL, false, '{"status":"ended"}', 3
          FROM generate_series(1, greatest(0, ${auditRows} - (SELECT seq FROM viva.audit_head) - (SELECT count(*) FROM viva.submission) - (SELECT count(*) FROM viva.reveal))) n
        ORDER BY at, rank
      LOOP
        head.seq := head.seq + 1;
        digest := encode(sha256(convert_to(concat_ws(E'\\x1f', head.seq, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
          coalesce(event.actor::text, '-'), event.action, event.subject, coalesce(event.opening_id::text, '-'), coalesce(event.candidate_id::text, '-'),
          event.sealed, event.detail, head.hash), 'UTF8')), 'hex');
        INSERT INTO viva.audit VALUES (head.seq, event.at, event.actor, event.action, event.subject, event.opening_id, event.candidate_id, event.sealed, event.detail, head.hash, digest);
        head.hash := digest;
      END LOOP;
      UPDATE viva.audit_head SET seq = head.seq, hash = head.hash;
    END $fill$`);
}
