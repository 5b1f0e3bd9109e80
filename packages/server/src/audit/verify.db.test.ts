/**
 * Tampers at random, as somebody with the keys of the database would: past triggers and policies. Every alteration,
 * deletion, insertion and reordering of a row is found and the row named. What leaves a log that is whole in itself, a
 * tail cut off or everything rewritten with the head made to fit, is found by an anchor and by nothing else: both halves
 * of that sentence are tested.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Driver, RunQuery } from '../store/driver.ts';
import { contentOf, publishChange, reworded } from '../testing/authoring.ts';
import { freshDatabase } from '../testing/database.ts';
import { openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import { type Anchor, readHead } from './anchors.ts';
import type { AuditFault } from './faults.ts';
import { verifyAudit } from './verify.ts';

const RUNS = Number(process.env.VIVA_TAMPERINGS ?? 150);

let world: World;
let driver: Driver;
let middle: Anchor;
let head: Anchor;
let rows = 0;

beforeAll(async () => {
  driver = await freshDatabase();
  world = await openWorld({ driver });
  const lead = await world.addPerson('Lead', 'lead');
  const other = await world.addPerson('Other', 'lead');
  const raters = [await world.addPerson('Li', 'interviewer'), await world.addPerson('Wang', 'interviewer')];
  const [known = ''] = world.context.bank.questions.keys();
  await publishChange(world, lead, other, known, () => reworded(contentOf(world, known), 1));
  const { openingId, questions } = await openPanel(world, lead, raters);
  middle = await readHead(driver);
  for (const name of ['One', 'Two', 'Three']) {
    const { id } = await world.as(lead).addCandidate({ params: { id: openingId }, body: { name } });
    for (const rater of raters) await scoreAll(world, rater, id, questions);
    await world.as(lead).decide({
      params: { id },
      body: { outcome: 'advance', reason: 'The scores say so, and the panel agrees.' },
    });
    const [own] = (await world.as(raters[0] ?? lead).listRatings({ params: { id } })).items.filter(
      ({ raterId }) => raterId === raters[0]?.id,
    );
    await world.as(raters[0] ?? lead).amendRating({
      params: { id: own?.id ?? '' },
      body: {
        score: 5,
        evidence: 'On reflection the second answer covered it as well.',
        reason: 'I misheard the probe.',
      },
    });
  }
  head = await readHead(driver);
  rows = head.seq ?? 0;
}, 60_000);
afterAll(() => world.close());

/** Tampers, verifies and takes it back, in one transaction. */
async function afterTampering(
  tamper: (run: RunQuery) => Promise<void>,
  anchors: Anchor[] = [],
): Promise<AuditFault[]> {
  const enough = new Error('rolled back');
  let found: AuditFault[] = [];
  await driver
    .transaction(async (run) => {
      // Past triggers and foreign keys.
      await run('SET LOCAL session_replication_role = replica');
      await tamper(run);
      const within: Driver = { ...driver, transaction: (work) => work(run) };
      found = (await verifyAudit(within, { anchors })).faults;
      throw enough;
    })
    .catch((error) => {
      if (error !== enough) throw error;
    });
  return found;
}

const seqs = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: rows });
const word = fc.stringMatching(/^[a-z]{1,12}$/);
/** How each column of the log can be made to differ: an expression over the old value. */
const ALTERATIONS: Record<string, string> = {
  at: `at + interval '1 microsecond' * $2`,
  actor_id: `CASE WHEN actor_id IS NULL THEN gen_random_uuid() ELSE NULL END`,
  action: `action || $3`,
  subject: `$3 || subject`,
  opening_id: `CASE WHEN opening_id IS NULL THEN gen_random_uuid() ELSE NULL END`,
  candidate_id: `gen_random_uuid()`,
  sealed: `NOT sealed`,
  detail: `detail || $3`,
  prev_hash: `encode(sha256(convert_to(prev_hash || $3, 'UTF8')), 'hex')`,
  hash: `encode(sha256(convert_to(hash || $3, 'UTF8')), 'hex')`,
};

const REHASH = `hash = viva.audit_hash(seq, at, actor_id, action, subject, opening_id, candidate_id, sealed, detail, prev_hash)`;

/** Makes the whole chain, and the head, fit again from a row on. */
async function rewriteFrom(run: RunQuery, from: number): Promise<void> {
  for (let seq = from; ; seq++) {
    const { rows: found } = await run(
      `UPDATE viva.audit a SET prev_hash = coalesce((SELECT b.hash FROM viva.audit b WHERE b.seq = a.seq - 1), repeat('0', 64)) WHERE seq = $1 RETURNING seq`,
      [seq],
    );
    if (found.length === 0) break;
    await run(`UPDATE viva.audit SET ${REHASH} WHERE seq = $1`, [seq]);
  }
  await run(
    `UPDATE viva.audit_head SET seq = (SELECT max(seq) FROM viva.audit), hash = (SELECT hash FROM viva.audit ORDER BY seq DESC LIMIT 1)`,
  );
}

interface Tampering {
  name: string;
  run: (run: RunQuery) => Promise<void>;
  /** Whether a fault names the row. */
  names: (fault: AuditFault) => boolean;
}

const named = (seq: number) => (fault: AuditFault) => fault.seq === seq;

const alter = (rehash: boolean) =>
  fc
    .record({
      seq: seqs(),
      column: fc.constantFrom(...Object.keys(ALTERATIONS)),
      text: word,
      by: fc.integer({ min: 1, max: 5_000_000 }),
    })
    .map(
      ({ seq, column, text, by }): Tampering => ({
        name: `alter ${column} of ${seq}${rehash ? ', its hash made to fit' : ''}`,
        run: async (run) => {
          const value = ALTERATIONS[column] ?? '';
          await run(
            `UPDATE viva.audit SET ${column} = ${value.replace('$3', '$2::text').replace('* $2', '* $2::int')} WHERE seq = $1`,
            /\$[23]/.test(value) ? [seq, value.includes('* $2') ? by : text] : [seq],
          );
          if (rehash && column !== 'hash') await run(`UPDATE viva.audit SET ${REHASH} WHERE seq = $1`, [seq]);
        },
        // With a hash of its own that fits, it is the next row that no longer follows; or the head.
        names: ({ seq: at }) => at === seq || at === seq + 1,
      }),
    );

const remove = () =>
  fc.record({ seq: seqs(), count: fc.integer({ min: 1, max: 5 }) }).map(
    ({ seq, count }): Tampering => ({
      name: `delete ${count} from ${seq}`,
      run: async (run) =>
        void (await run('DELETE FROM viva.audit WHERE seq >= $1 AND seq < $2', [seq, seq + count])),
      names: named(seq),
    }),
  );

const insert = () =>
  fc
    .record({ seq: seqs(), place: fc.constantFrom('before', 'end', 'middle'), text: word })
    .map(({ seq, place, text }): Tampering => {
      const at = place === 'before' ? 0 : place === 'end' ? rows + 1 : seq;
      return {
        name: `insert at ${at}`,
        run: async (run) => {
          // Two steps: a primary key is checked row by row.
          if (place === 'middle') {
            await run('UPDATE viva.audit SET seq = -seq WHERE seq >= $1', [at]);
            await run('UPDATE viva.audit SET seq = 1 - seq WHERE seq < 0');
          }
          await run(
            `INSERT INTO viva.audit SELECT $1::bigint, at, actor_id, action, $2, opening_id, candidate_id, sealed, detail,
               coalesce((SELECT b.hash FROM viva.audit b WHERE b.seq = $1::bigint - 1), repeat('0', 64)), 'x' FROM viva.audit WHERE seq = (SELECT max(seq) FROM viva.audit)`,
            [at, text],
          );
          await run(`UPDATE viva.audit SET ${REHASH} WHERE seq = $1`, [at]);
        },
        names: ({ seq: where }) => where === at || where === at + 1,
      };
    });

const reorder = () =>
  fc.uniqueArray(seqs(), { minLength: 2, maxLength: 2 }).map(
    ([a = 1, b = 2]): Tampering => ({
      name: `swap ${a} and ${b}`,
      run: async (run) => {
        await run('UPDATE viva.audit SET seq = -seq WHERE seq IN ($1, $2)', [a, b]);
        await run('UPDATE viva.audit SET seq = $1::bigint + $2::bigint + seq WHERE seq < 0', [a, b]);
      },
      names: ({ seq }) => seq === a || seq === b,
    }),
  );

/** What the log vouches for. Each returns the name of the row that it touched. */
const RECORDS: [string, string, (row: string[]) => string][] = [
  [
    'a score',
    `UPDATE viva.rating SET score = 1 + score % 5 WHERE id = (SELECT id FROM viva.rating WHERE kind = 'first' ORDER BY id OFFSET $1 % 12 LIMIT 1) RETURNING candidate_id, rater_id`,
    ([candidate, rater]) => `scorecard/${candidate}/${rater}`,
  ],
  [
    'a score disguised as a reason for not asking',
    `UPDATE viva.rating SET score = NULL, not_asked = score WHERE id = (SELECT id FROM viva.rating WHERE kind = 'first' ORDER BY id OFFSET $1 % 12 LIMIT 1) RETURNING candidate_id, rater_id`,
    ([candidate, rater]) => `scorecard/${candidate}/${rater}`,
  ],
  [
    'evidence',
    `UPDATE viva.rating SET evidence = evidence || '.' WHERE id = (SELECT id FROM viva.rating WHERE kind = 'first' ORDER BY id OFFSET $1 % 12 LIMIT 1) RETURNING candidate_id, rater_id`,
    ([candidate, rater]) => `scorecard/${candidate}/${rater}`,
  ],
  [
    'a rating removed',
    `DELETE FROM viva.rating WHERE id = (SELECT id FROM viva.rating WHERE kind = 'first' ORDER BY id OFFSET $1 % 12 LIMIT 1) RETURNING candidate_id, rater_id`,
    ([candidate, rater]) => `scorecard/${candidate}/${rater}`,
  ],
  [
    'an amendment',
    `UPDATE viva.rating SET score = 1 WHERE id = (SELECT id FROM viva.rating WHERE kind = 'amendment' ORDER BY id OFFSET $1 % 3 LIMIT 1) RETURNING candidate_id`,
    ([candidate]) => `candidate/${candidate}`,
  ],
  [
    'an amendment removed',
    `DELETE FROM viva.rating WHERE id = (SELECT id FROM viva.rating WHERE kind = 'amendment' ORDER BY id OFFSET $1 % 3 LIMIT 1) RETURNING candidate_id`,
    ([candidate]) => `candidate/${candidate}`,
  ],
  [
    'an amendment invented',
    `INSERT INTO viva.rating SELECT gen_random_uuid(), opening_id, candidate_id, rater_id, question_id, 5, NULL, evidence, 'amendment', id, 'An invented reason.', created_at
       FROM viva.rating WHERE kind = 'first' ORDER BY id OFFSET $1 % 12 LIMIT 1 RETURNING id`,
    ([id]) => `rating/${id}`,
  ],
  [
    'a scorecard removed',
    `DELETE FROM viva.submission WHERE digest = (SELECT digest FROM viva.submission ORDER BY digest OFFSET $1 % 6 LIMIT 1) RETURNING candidate_id`,
    ([candidate]) => `candidate/${candidate}`,
  ],
  [
    'a scorecard handed to another rater',
    `UPDATE viva.submission SET rater_id = gen_random_uuid() WHERE digest = (SELECT digest FROM viva.submission ORDER BY digest OFFSET $1 % 6 LIMIT 1) RETURNING candidate_id, rater_id`,
    ([candidate, rater]) => `scorecard/${candidate}/${rater}`,
  ],
  [
    'a reveal removed',
    `DELETE FROM viva.reveal WHERE candidate_id = (SELECT candidate_id FROM viva.reveal ORDER BY candidate_id OFFSET $1 % 3 LIMIT 1) RETURNING candidate_id`,
    ([candidate]) => `candidate/${candidate}`,
  ],
  [
    'a decision turned',
    `UPDATE viva.decision SET outcome = 'decline' WHERE id = (SELECT id FROM viva.decision ORDER BY id OFFSET $1 % 3 LIMIT 1) RETURNING candidate_id`,
    ([candidate]) => `candidate/${candidate}`,
  ],
  [
    'a published version',
    `UPDATE viva.question_version SET content = jsonb_set(content, '{minutes}', to_jsonb(100 + $1::int)) RETURNING question_id, version`,
    ([id, version]) => `question/${id}/${version}`,
  ],
  [
    'a pinned question',
    `UPDATE viva.opening_item SET question = jsonb_set(question, '{minutes}', to_jsonb(100 + $1::int))
       WHERE question_id = (SELECT question_id FROM viva.opening_item ORDER BY question_id OFFSET $1 % 2 LIMIT 1) RETURNING opening_id, question_id`,
    ([opening, id]) => `opening/${opening}/${id}`,
  ],
];

const record = () =>
  fc.record({ which: fc.constantFrom(...RECORDS), pick: fc.nat(1000) }).map(({ which, pick }): Tampering => {
    const [name, statement, naming] = which;
    let subject = '';
    return {
      name,
      run: async (run) => {
        const { rows: touched } = await run(statement, [pick]);
        expect(touched.length, `${name} touched nothing`).toBeGreaterThan(0);
        subject = naming(touched[0] as string[]);
      },
      names: (fault) => fault.subject === subject,
    };
  });

it(`catches every tampering with a row and names it, over ${RUNS} of them`, async () => {
  const tampering = fc.oneof(alter(false), alter(true), remove(), insert(), reorder(), record());
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(tampering, async ({ name, run, names }) => {
      const faults = await afterTampering(run);
      kinds.add(name.split(' ')[0] ?? '');
      expect(faults, name).not.toEqual([]);
      expect(faults.some(names), `${name}: ${JSON.stringify(faults.slice(0, 3))}`).toBe(true);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(kinds.size).toBeGreaterThan(4);
});

it('finds a tail that was cut off by the head alone, and, with the head made to fit, by an anchor alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10 }), async (length) => {
      const keep = rows - length;
      const cut = async (run: RunQuery) => {
        // Reveals, scorecards and decisions of the cut rows would tell too: a careful hand removes them as well.
        await run(
          `DELETE FROM viva.rating WHERE candidate_id IN (SELECT candidate_id FROM viva.audit WHERE seq > $1) AND kind = 'amendment'
             AND EXISTS (SELECT 1 FROM viva.audit a WHERE a.seq > $1 AND position(rating.id::text IN a.detail) > 0)`,
          [keep],
        );
        for (const [table, action, key] of [
          ['decision', 'decision.recorded', 'decided_by'],
          ['reveal', 'candidate.revealed', 'revealed_by'],
        ])
          await run(
            `DELETE FROM viva.${table} x WHERE EXISTS (SELECT 1 FROM viva.audit a
               WHERE a.seq > $1 AND a.action = '${action}' AND a.candidate_id = x.candidate_id AND a.actor_id = x.${key})`,
            [keep],
          );
        for (const table of ['rating', 'submission'])
          await run(
            `DELETE FROM viva.${table} x WHERE EXISTS (SELECT 1 FROM viva.audit a
               WHERE a.seq > $1 AND a.action = 'scorecard.submitted' AND a.candidate_id = x.candidate_id AND a.actor_id = x.rater_id)`,
            [keep],
          );
        await run('DELETE FROM viva.audit WHERE seq > $1', [keep]);
      };
      const careless = await afterTampering(cut);
      expect(careless).toContainEqual(expect.objectContaining({ code: 'end', seq: keep + 1 }));
      const careful = async (run: RunQuery) => {
        await cut(run);
        await run(
          'UPDATE viva.audit_head SET seq = $1, hash = (SELECT hash FROM viva.audit WHERE seq = $1)',
          [keep],
        );
      };
      expect(await afterTampering(careful)).toEqual([]);
      expect(await afterTampering(careful, [middle])).toEqual([]);
      expect(await afterTampering(careful, [middle, head])).toEqual([
        expect.objectContaining({ code: 'anchor', seq: rows }),
      ]);
      expect(await afterTampering(careful, [{ seq: null, hash: head.hash, at: null }])).toEqual([
        expect.objectContaining({ code: 'anchor' }),
      ]);
    }),
    { numRuns: 10 },
  );
});

it('finds a log that was rewritten from a row on, hashes and head made to fit, by an anchor alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: rows }),
      fc.integer({ min: 1, max: 9999 }),
      async (seq, seconds) => {
        const rewrite = async (run: RunQuery) => {
          // Not what a record answers to: that would be found without an anchor.
          await run(`UPDATE viva.audit SET at = at + interval '1 second' * $2::int WHERE seq = $1`, [
            seq,
            seconds,
          ]);
          await rewriteFrom(run, seq);
        };
        expect(await afterTampering(rewrite)).toEqual([]);
        const faults = await afterTampering(rewrite, [middle, head]);
        // The anchors say between which two rows it began.
        const first = seq <= (middle.seq ?? 0) ? middle.seq : head.seq;
        expect(faults[0]).toMatchObject({ code: 'anchor', seq: first });
      },
    ),
    { numRuns: 12 },
  );
});

it('still contains every head that it ever had', async () => {
  const { rows: heads } = await driver.transaction((run) => run('SELECT seq::text, hash FROM viva.audit'));
  const anchors = heads.map(([seq, hash]): Anchor => ({ seq: Number(seq), hash: String(hash), at: null }));
  const bare = anchors.map(({ hash }): Anchor => ({ seq: null, hash, at: null }));
  expect(await verifyAudit(driver, { anchors: [...anchors, ...bare] })).toMatchObject({
    faults: [],
    faultCount: 0,
    rows,
    head: head.hash,
    scorecards: 6,
    contents: 3,
  });
});
