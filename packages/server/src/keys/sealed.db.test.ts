import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import type { Driver } from '../store/driver.ts';
import { openStore } from '../store/store.ts';
import { freshDatabase } from '../testing/database.ts';
import { findInFiles } from '../testing/raw-database.ts';
import { complete, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import { openFolderKeyStore } from './folder-key-store.ts';
import { folderMasterKeys } from './master-keys.ts';
import { sealExisting } from './seal-existing.ts';

let folder: string;
let driver: Driver;
let world: World;
let lead: Actor;
let li: Actor;
let wang: Actor;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viva-sealed-'));
  driver = await freshDatabase();
  world = await openWorld({ driver, keys: keys() });
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
  wang = await world.addPerson('Wang', 'interviewer');
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const keys = () => openFolderKeyStore(folder, folderMasterKeys(join(folder, 'master')));

/** Words that stand in texts of every kind; whoever reads the files must not find them. */
const WORDS = [
  'DraftCanary',
  'NoteCanary',
  'EvidenceCanary',
  'NotAskedCanary',
  'AmendedCanary',
  'AmendReasonCanary',
  'CommentCanary',
  'DecisionCanary',
  'WithdrawnCanary',
  'ClosedCanary',
  'SampleCanary',
  'ChatCanary',
];
const long = (word: string): string => `${word}: said so, gave the reason, and answered the probe well.`;

/** Puts every word where it belongs, through the API. @returns how the API shows it afterwards */
async function fill() {
  const { openingId, questions } = await openPanel(world, lead, [li, wang]);
  const [first = '', second = ''] = questions;
  const add = async (name: string) =>
    (await world.as(lead).addCandidate({ params: { id: openingId }, body: { name } })).id;
  const [revealed, pending, withdrawn, closed] = [
    await add('One'),
    await add('Two'),
    await add('Three'),
    await add('Four'),
  ];
  const api = world.as(li);
  await api.saveNote({ params: { id: revealed }, body: { body: long('NoteCanary'), baseRevision: 0 } });
  await api.saveDraft({
    params: { id: revealed, question: first },
    body: { ...complete(4), evidence: long('EvidenceCanary') },
  });
  await api.saveDraft({
    params: { id: revealed, question: second },
    body: { score: null, evidence: '', notAsked: long('NotAskedCanary'), baseRevision: 0 },
  });
  await api.submitScorecard({ params: { id: revealed } });
  await scoreAll(world, wang, revealed, questions);
  const rating = (await api.listRatings({ params: { id: revealed } })).items.find(
    ({ raterId, score }) => raterId === li.id && score,
  );
  await api.amendRating({
    params: { id: rating?.id ?? '' },
    body: { score: 5, evidence: long('AmendedCanary'), reason: long('AmendReasonCanary') },
  });
  await api.addComment({ params: { id: revealed }, body: { body: long('CommentCanary'), question: null } });
  await world
    .as(lead)
    .decide({ params: { id: revealed }, body: { outcome: 'advance', reason: long('DecisionCanary') } });
  await api.saveDraft({
    params: { id: pending, question: first },
    body: { ...complete(2), evidence: long('DraftCanary') },
  });
  await world
    .as(lead)
    .withdrawCandidate({ params: { id: withdrawn }, body: { reason: long('WithdrawnCanary') } });
  await scoreAll(world, li, closed, questions);
  await world.as(lead).closePanel({ params: { id: closed }, body: { reason: long('ClosedCanary') } });
  await world.as(lead).updateCandidate({ params: { id: pending }, body: { email: 'two@candidates.test' } });
  const { person } = await world.as(lead).inviteCandidate({ params: { id: pending } });
  const candidate = world.adopt({ id: person.id, name: person.name, role: 'candidate' });
  await world.as(candidate).attachWorkSample({
    params: { id: pending },
    body: {
      lab: 'samplers',
      params: {},
      seed: 1,
      engine: 'wasm',
      metrics: {},
      conclusion: long('SampleCanary'),
    },
  });
  await world.as(li).beginChat({ body: { question: 'ChatCanary: what does double quantization save?' } });
  const texts = async () =>
    JSON.stringify([
      await api.scorecard({ params: { id: pending } }),
      await api.listRatings({ params: { id: revealed } }),
      await api.listNotes({ params: { id: revealed } }),
      await api.listComments({ params: { id: revealed } }),
      (await world.as(lead).decisionEvidence({ params: { id: openingId } })).items,
      await world.as(lead).openingAudit({ params: { id: openingId }, query: { limit: 200 } }),
      await world.as(candidate).listWorkSamples({ params: { id: pending } }),
      await world.as(li).listChats(),
      await world.as(li).search({ query: { q: 'EvidenceCanary' } }),
    ]);
  return { openingId, revealed, pending, questions, texts };
}

it('leaves nothing of what was said in the files of the database, and shows all of it to those who may read', async () => {
  const { texts } = await fill();
  const shown = await texts();
  expect(WORDS.filter((word) => !shown.includes(word))).toEqual([]);
  // Names are found, so the search does look into the files.
  expect(await findInFiles(driver, ['Wang', ...WORDS])).toEqual(['Wang']);
  expect((await verifyAudit(driver)).faults).toEqual([]);
});

it('seals what was stored before, goes on where it was broken off, and keeps the seals whole', async () => {
  const { vault } = world.context.store;
  const { seal } = vault;
  // Not in the audit log: it cannot be rewritten, and what it said in plain before stays (docs/privacy.md).
  const plain: typeof seal = async (subject, place, text) =>
    place.table === 'audit' ? seal(subject, place, text) : text;
  Object.assign(vault, { seal: plain });
  const { texts } = await fill();
  Object.assign(vault, { seal });
  const before = await texts();
  expect(await findInFiles(driver, WORDS)).toEqual(WORDS);
  expect((await verifyAudit(driver)).faults).toEqual([]);

  const stop = new AbortController();
  const part = await sealExisting(world.context.store, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  const progress: number[] = [];
  const rest = await sealExisting(world.context.store, { onProgress: ({ done }) => progress.push(done) });
  expect(part).toBeGreaterThan(0);
  expect(rest).toBeGreaterThan(0);
  expect(progress.at(-1)).toBe(rest);
  expect(await sealExisting(world.context.store)).toBe(0);

  const strip = (text: string): string => text.replaceAll(/"computedAt":"[^"]*"/g, '');
  const after = await texts();
  expect(JSON.parse(strip(after)).slice(0, 5)).toEqual(JSON.parse(strip(before)).slice(0, 5));
  expect((await verifyAudit(driver)).faults).toEqual([]);
  // PostgreSQL's own old row versions go with its vacuum.
  if (driver.kind === 'pglite') expect(await findInFiles(driver, WORDS)).toEqual([]);
  else {
    const { rows } = await driver.transaction((run) => run('SELECT evidence FROM viva.rating'));
    expect(rows.every(([text]) => String(text).startsWith('viva1.'))).toBe(true);
  }
});

/** As somebody with the keys of the database would: past triggers and policies. */
const tamper = (statement: string) =>
  driver.transaction(async (run) => {
    await run('ALTER TABLE viva.rating DISABLE TRIGGER USER');
    await run(statement);
    await run('ALTER TABLE viva.rating ENABLE TRIGGER USER');
  });

it('does not open a text that was moved to another row, and the audit says so too', async () => {
  const { revealed } = await fill();
  await tamper(`UPDATE viva.rating a SET evidence = b.evidence FROM viva.rating b
    WHERE a.candidate_id = b.candidate_id AND a.score IS NOT NULL AND b.score IS NOT NULL AND a.id <> b.id`);
  const response = await world.request(lead, `/api/candidates/${revealed}/ratings`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'text-altered' });
  expect((await verifyAudit(driver)).faults.length).toBeGreaterThan(0);
});

it('refuses a database beside an empty or a foreign key folder, naming what to do', async () => {
  await fill();
  const elsewhere = await mkdtemp(join(tmpdir(), 'viva-other-'));
  try {
    const other = openFolderKeyStore(elsewhere, folderMasterKeys(join(elsewhere, 'master')));
    await expect(openStore({ driver, keys: other })).rejects.toMatchObject({
      code: 'keys-missing',
      message: expect.stringContaining('VIVA_KEYS'),
    });
    await other.begin();
    await expect(openStore({ driver, keys: other })).rejects.toMatchObject({ code: 'keys-foreign' });
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

it('answers 503 with one word in the log where keys are lost while it runs, and recovers when they are back', async () => {
  const { revealed } = await fill();
  // A second server, which has no key in memory yet.
  const lost = await openWorld({ driver, keys: keys() });
  lost.adopt(lead);
  const { rename } = await import('node:fs/promises');
  await rename(join(folder, 'subjects'), join(folder, 'away'));
  for (let n = 0; n < 5; n++) {
    const response = await lost.request(lead, `/api/candidates/${revealed}/ratings`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'keys-unavailable' });
  }
  expect(lost.faults.length).toBe(1);
  expect(String(lost.faults[0])).toContain('viva keys check');
  await rename(join(folder, 'away'), join(folder, 'subjects'));
  expect((await lost.request(lead, `/api/candidates/${revealed}/ratings`)).status).toBe(200);
});
