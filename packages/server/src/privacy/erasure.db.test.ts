import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyAudit } from '../audit/verify.ts';
import type { Actor } from '../context.ts';
import { openFolderKeyStore } from '../keys/folder-key-store.ts';
import { folderMasterKeys } from '../keys/master-keys.ts';
import type { Driver } from '../store/driver.ts';
import { openPglite, type PgliteDriver } from '../store/pglite.ts';
import { openStore } from '../store/store.ts';
import { freshDatabase } from '../testing/database.ts';
import { findInFiles } from '../testing/raw-database.ts';
import { complete, openPanel, openWorld, scoreAll, type World } from '../testing/world.ts';
import { applyLedger } from './erase.ts';
import { runRetention } from './retention.ts';

let folder: string;
let driver: Driver;
let world: World;
let owner: Actor;
let lead: Actor;
let li: Actor;
let now = Date.UTC(2026, 0, 1);
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  folder = await mkdtemp(join(tmpdir(), 'viva-erase-'));
  driver = await freshDatabase();
  world = await openWorld({ driver, keys: keys(), clock: () => new Date(now++) });
  owner = await world.addPerson('Owner', 'owner');
  lead = await world.addPerson('Lead', 'lead');
  li = await world.addPerson('Li', 'interviewer');
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});
const keys = () => openFolderKeyStore(folder, folderMasterKeys(join(folder, 'master')));

const NAME = 'Zhuge Erasmus';
const EMAIL = 'zhuge.erasmus@candidates.test';
const SAID = 'SaidByZhuge: gave the reason, and answered the probe with an example.';

/** A candidate with everything that can be held, revealed and decided. */
async function fill() {
  const { openingId, questions } = await openPanel(world, lead, [li]);
  const params = { id: openingId };
  const { id } = await world.as(lead).addCandidate({ params, body: { name: NAME, email: EMAIL } });
  const { id: other } = await world.as(lead).addCandidate({ params, body: { name: 'Somebody Else' } });
  const { person } = await world.as(lead).inviteCandidate({ params: { id } });
  const candidate = world.adopt({ id: person.id, name: person.name, role: 'candidate' });
  const [first = '', second = ''] = questions;
  await world.as(candidate).attachWorkSample({
    params: { id },
    body: { lab: 'samplers', params: {}, seed: 1, engine: 'wasm', metrics: {}, conclusion: SAID },
  });
  await world.as(li).saveNote({ params: { id }, body: { body: `Note. ${SAID}`, baseRevision: 0 } });
  await world.as(li).saveDraft({ params: { id, question: first }, body: { ...complete(4), evidence: SAID } });
  await world
    .as(li)
    .saveDraft({ params: { id, question: second }, body: { ...complete(2), evidence: SAID } });
  await world.as(li).submitScorecard({ params: { id } });
  await scoreAll(world, li, other, questions);
  await world.as(li).addComment({ params: { id }, body: { body: SAID, question: null } });
  return { openingId, id, other, candidate, first };
}
const decide = (id: string) =>
  world.as(lead).decide({ params: { id }, body: { outcome: 'decline', reason: `Because ${SAID}` } });
const erase = (id: string) =>
  world.as(lead).eraseCandidate({
    params: { id },
    body: { confirm: NAME, reason: 'The candidate asked for it in writing.' },
  });

it('erases a candidate everywhere, leaves scores without a person, and the audit says erased, not tampered', async () => {
  const { openingId, id, candidate, other } = await fill();
  await decide(id);
  expect(await findInFiles(driver, [NAME, EMAIL])).toEqual([NAME, EMAIL]);
  await expect(
    world.as(lead).eraseCandidate({
      params: { id },
      body: { confirm: 'Somebody', reason: 'A reason of enough length.' },
    }),
  ).rejects.toMatchObject({ code: 'not-confirmed' });
  await erase(id);
  for (const path of [
    `/api/candidates/${id}`,
    `/api/candidates/${id}/ratings`,
    `/api/candidates/${id}/notes`,
    `/api/candidates/${id}/comments`,
    `/api/candidates/${id}/work-samples`,
    `/api/openings/${openingId}/decision`,
    `/api/openings/${openingId}/audit?limit=200`,
    `/api/openings/${openingId}/export.csv`,
    '/api/search?q=Zhuge',
  ]) {
    const text = await (await world.request(lead, path)).text();
    expect([path, text.includes('Zhuge'), text.includes('Erasmus')]).toEqual([path, false, false]);
  }
  const scores = (await world.as(lead).listRatings({ params: { id } })).items;
  expect(scores.map(({ score, evidence }) => [score, evidence]).sort()).toEqual([
    [2, ''],
    [4, ''],
  ]);
  // The other candidate's texts are untouched.
  const kept = (await world.as(lead).listRatings({ params: { id: other } })).items;
  expect(kept.every(({ evidence }) => evidence.length > 40)).toBe(true);
  const verdict = await verifyAudit(driver);
  expect(verdict.faults).toEqual([]);
  expect(verdict.erased).toBe(2);
  const log = (await world.as(lead).openingAudit({ params: { id: openingId }, query: { limit: 200 } })).items;
  expect(log.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['erasure.confirmed', 'candidate.erased']),
  );
  if (driver.kind === 'pglite') expect(await findInFiles(driver, ['Zhuge', 'Erasmus', EMAIL])).toEqual([]);
  // The account is gone too, and nothing can be written for the candidate any more.
  expect((await world.request(candidate, `/api/applications/${id}/data`)).status).toBe(404);
  await expect(erase(id)).rejects.toMatchObject({ code: 'erased' });
});

it('reads nothing of an erased person from a backup made before, and erases the names again on opening it', async () => {
  const { id, other } = await fill();
  await decide(id);
  // A backup of the database: PGlite's folder; on PostgreSQL the rows that an erasure changes, put back as they were.
  const dump = driver.kind === 'pglite' ? await (driver as PgliteDriver).dump() : undefined;
  if (!dump) return;
  await erase(id);
  const restored = await openPglite({ image: dump });
  try {
    expect(await findInFiles(restored, [NAME, EMAIL])).toEqual([NAME, EMAIL]);
    const store = await openStore({ driver: restored, keys: keys() });
    const { rows } = await restored.transaction((run) =>
      run('SELECT name, email, erased_at IS NOT NULL FROM viva.candidate ORDER BY created_at'),
    );
    expect(rows).toEqual([
      [`#${id.slice(0, 8)}`, null, true],
      ['Somebody Else', null, false],
    ]);
    const [[evidence] = []] = (
      await restored.transaction((run) =>
        run('SELECT evidence FROM viva.rating WHERE candidate_id = $1 LIMIT 1', [id]),
      )
    ).rows;
    const text = await store.vault.open(
      `application/${id}`,
      { table: 'rating', column: 'evidence', row: '' },
      String(evidence),
    );
    expect(text).toBe('');
    expect(await keys().find(`application/${id}`)).toBeUndefined();
    expect(await keys().find(`application/${other}`)).toBeDefined();
    expect((await verifyAudit(restored)).faults).toEqual([]);
    expect(await applyLedger(store)).toBe(0);
  } finally {
    await restored.close();
  }
});

it('finishes an erasure that the process did not live to finish', async () => {
  const { id } = await fill();
  await keys().erase([`application/${id}`], new Date());
  const again = await openWorld({ driver, keys: keys() });
  again.adopt(lead);
  const seen = await again.as(lead).candidate({ params: { id } });
  expect(seen.name).toBe(`#${id.slice(0, 8)}`);
  expect((await verifyAudit(driver)).faults).toEqual([]);
});

it('shows candidates what is held, scores only once they cannot disturb, and never an interviewer’s name', async () => {
  const { id, candidate, openingId } = await fill();
  const mine = () => world.as(candidate).heldData({ params: { id } });
  const before = await mine();
  expect(before.ratings).toEqual({ state: 'sealed', items: [], notes: [], comments: [] });
  expect(JSON.stringify(before.workSamples)).toContain('SaidByZhuge');
  await decide(id);
  const after = await mine();
  expect(after.ratings.state).toBe('available');
  expect(after.ratings.items.map(({ score, rater }) => [score, rater]).sort()).toEqual([
    [2, 'A'],
    [4, 'A'],
  ]);
  expect(after.ratings.notes).toHaveLength(1);
  expect(after.ratings.comments).toHaveLength(1);
  expect(after.decisions[0]?.reason).toContain('SaidByZhuge');
  expect(JSON.stringify(after)).not.toMatch(/"Li"|"Lead"/);
  expect(JSON.stringify(after)).not.toContain(li.id);
  for (const person of [owner, lead, li])
    expect((await world.request(person, `/api/applications/${id}/data`)).status).toBe(404);
  const pdf = await world.as(candidate).heldDataPdf({ params: { id }, query: { lang: 'en' } });
  expect(Buffer.from(pdf.base64, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  expect(openingId).toBeTruthy();
});

it('lets a candidate without an account in once by a link, for an hour', async () => {
  const { other } = await fill();
  const { path } = await world.as(lead).issueDataLink({ params: { id: other } });
  const token = path.split('/').at(-1) ?? '';
  const stranger = world.as(undefined as never);
  const { access } = await stranger.openDataLink({ params: { token } });
  await expect(stranger.openDataLink({ params: { token } })).rejects.toMatchObject({ code: 'no-link' });
  expect((await stranger.heldDataByLink({ body: { access } })).candidate.name).toBe('Somebody Else');
  await stranger.askPrivacyByLink({
    body: { access, kind: 'correction', body: 'My name is Somebody Right.' },
  });
  now += 3_600_001;
  await expect(stranger.heldDataByLink({ body: { access } })).rejects.toMatchObject({ code: 'no-access' });
  const [request] = (await world.as(lead).listPrivacyRequests()).items;
  expect(request).toMatchObject({ kind: 'correction', status: 'open', body: 'My name is Somebody Right.' });
  await world.as(lead).decidePrivacyRequest({
    params: { id: request?.id ?? '' },
    body: { outcome: 'done', answer: 'Corrected as you asked for.', name: 'Somebody Right' },
  });
  expect((await world.as(lead).candidate({ params: { id: other } })).name).toBe('Somebody Right');
  await expect(
    world.as(lead).decidePrivacyRequest({
      params: { id: request?.id ?? '' },
      body: { outcome: 'refused', answer: 'A second answer is no answer.' },
    }),
  ).rejects.toMatchObject({ code: 'answered' });
});

it('asks twice before an erasure, and answers a refusal with its reason', async () => {
  const { id, candidate } = await fill();
  const ask = (confirmed: boolean) =>
    world.as(candidate).askPrivacy({ params: { id }, body: { kind: 'erasure', confirmed } });
  await expect(ask(false)).rejects.toMatchObject({ code: 'not-confirmed' });
  await ask(true);
  await expect(ask(true)).rejects.toMatchObject({ code: 'asked-already' });
  const [request] = (await world.as(lead).listPrivacyRequests()).items;
  const params = { id: request?.id ?? '' };
  await expect(
    world
      .as(lead)
      .decidePrivacyRequest({ params, body: { outcome: 'done', answer: 'It is carried out elsewhere.' } }),
  ).rejects.toMatchObject({ code: 'erase-instead' });
  await world
    .as(lead)
    .decidePrivacyRequest({ params, body: { outcome: 'refused', answer: 'A court asked to keep it.' } });
  const [answered] = (await world.as(candidate).heldData({ params: { id } })).requests;
  expect(answered).toMatchObject({ status: 'refused', answer: 'A court asked to keep it.' });
});

it('lets go of what is due, says beforehand what that is, and keeps what a legal hold keeps', async () => {
  const { openingId, id, other } = await fill();
  await world
    .as(lead)
    .closeOpening({ params: { id: openingId }, body: { reason: 'The place is filled now.' } });
  await world
    .as(lead)
    .setLegalHold({ params: { id: other }, body: { reason: 'A claim is before the court.' } });
  const due = async () => {
    const { due: list } = await world.as(owner).retention();
    return list.find(({ kind }) => kind === 'applications');
  };
  expect(await due()).toEqual({ kind: 'applications', count: 0, soon: 0, held: 0 });
  now += 710 * 86_400_000;
  expect(await due()).toEqual({ kind: 'applications', count: 0, soon: 1, held: 0 });
  now += 21 * 86_400_000;
  expect(await due()).toEqual({ kind: 'applications', count: 1, soon: 0, held: 1 });
  await expect(world.as(lead).runRetention()).rejects.toMatchObject({ status: 403 });
  await expect(
    world.as(lead).eraseCandidate({
      params: { id: other },
      body: { confirm: 'Somebody Else', reason: 'They asked for it today.' },
    }),
  ).rejects.toMatchObject({ code: 'legal-hold' });
  // Several processes at once: what is due goes once.
  const runs = await Promise.all([runRetention(world.context.store), runRetention(world.context.store)]);
  expect(runs.some((run) => run?.applications === 1)).toBe(true);
  expect((await world.as(lead).candidate({ params: { id } })).name).toBe(`#${id.slice(0, 8)}`);
  expect((await world.as(lead).candidate({ params: { id: other } })).name).toBe('Somebody Else');
  expect(await due()).toEqual({ kind: 'applications', count: 0, soon: 0, held: 1 });
  const { runs: recorded } = await world.as(owner).retention();
  expect(recorded.some(({ counts, failed }) => counts.applications === 1 && failed === 0)).toBe(true);
  expect((await verifyAudit(driver)).faults).toEqual([]);
  await world.as(lead).liftLegalHold({ params: { id: other } });
  expect(await due()).toMatchObject({ count: 1, held: 0 });
});
