/** The public pages, settings, and files of the bank in and out. */
import { exportBank } from '@viva/bank/exchange';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../context.ts';
import type { ImportPreview } from '../contract/bank.ts';
import { freshDatabase } from '../testing/database.ts';
import { openWorld, type World } from '../testing/world.ts';

let world: World;
let owner: Actor;
let lead: Actor;
let interviewer: Actor;
let candidate: Actor;
beforeAll(async () => {
  world = await openWorld({ driver: await freshDatabase() });
  owner = await world.addPerson('Owner Ostrov', 'owner');
  lead = await world.addPerson('Lead Lindqvist', 'lead');
  interviewer = await world.addPerson('Interviewer Ibsen', 'interviewer');
  candidate = await world.addPerson('Candidate Cohen', 'candidate');
});
afterAll(async () => {
  expect(world.faults).toEqual([]);
  await world.close();
});

const visit = (path: string, headers: Record<string, string> = {}) =>
  world.request(undefined, path, { headers });

describe('the public pages', () => {
  it('are off until the owner switches them on, which the audit log records', async () => {
    for (const path of ['/read', '/read/en', '/read/en/lora', '/read/style.css', '/read/sitemap.xml'])
      expect((await visit(path)).status, path).toBe(404);
    expect(await world.as(owner).settings()).toEqual({ publicBank: false });
    for (const person of [lead, interviewer, candidate])
      await expect(world.as(person).updateSettings({ body: { publicBank: true } })).rejects.toMatchObject({
        status: 403,
      });
    expect(await world.as(owner).updateSettings({ body: { publicBank: true } })).toEqual({
      publicBank: true,
    });
    await world.as(owner).updateSettings({ body: { publicBank: true } });
    const { rows } = await world.context.store.driver.transaction((run) =>
      run(`SELECT actor_id, subject, detail FROM viva.audit WHERE action = 'setting.changed'`),
    );
    expect(rows).toEqual([[owner.id, 'setting/public-bank', '{"value":"on"}']]);
    expect((await visit('/read/en')).status).toBe(200);
  });

  it('have a page with its own title for every question, in both languages, without scripts or people', async () => {
    const names = [owner, lead, interviewer, candidate].map(({ name }) => name);
    for (const question of world.context.bank.questions.values())
      for (const locale of ['zh-CN', 'en'] as const) {
        const html = await (await visit(`/read/${locale}/${question.id}`)).text();
        expect(html).toContain(`<html lang="${locale}">`);
        const title = /<title>([^<]*)<\/title>/
          .exec(html)?.[1]
          ?.replaceAll('&#39;', "'")
          .replaceAll('&quot;', '"')
          .replaceAll('&amp;', '&');
        expect(title).toBe(question.text[locale].title);
        expect(html).not.toMatch(/<script|<iframe|javascript:|undefined|\[object/);
        // What is scored by, and the forms that must not leak, stay inside.
        expect(html).not.toContain(question.text[locale].anchors[4].slice(0, 40));
        for (const name of names) expect(html).not.toContain(name);
      }
  });

  it('may be kept by caches, and are not sent again where they have not changed', async () => {
    const first = await visit('/read/zh-CN/lora');
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    expect(first.headers.get('set-cookie')).toBeNull();
    expect(first.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    const etag = first.headers.get('etag') ?? '';
    const again = await visit('/read/zh-CN/lora', { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('find by either language, and escape what was asked', async () => {
    const found = await (await visit(`/read/en?q=${encodeURIComponent('双重量化')}`)).text();
    expect(found).toContain('/read/en/quantization');
    const none = await (
      await visit(`/read/en?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    ).text();
    expect(none).not.toContain('<script>');
    const all = await (await visit('/read/en')).text();
    expect(all.match(/<li>/g)?.length).toBe(world.context.bank.questions.size);
  });

  it('lead each visitor to their language, list every page for search engines, and show formulas and code', async () => {
    expect((await visit('/read', { 'accept-language': 'en-GB' })).headers.get('location')).toBe('/read/en');
    expect((await visit('/read', { 'accept-language': 'zh-TW' })).headers.get('location')).toBe(
      '/read/zh-CN',
    );
    const map = await (await visit('/read/sitemap.xml')).text();
    expect(map.match(/<loc>/g)?.length).toBe(2 * (world.context.bank.questions.size + 2));
    const pages = await Promise.all(
      [...world.context.bank.questions.keys()].map(async (id) => (await visit(`/read/en/${id}`)).text()),
    );
    expect(pages.some((html) => html.includes('class="hljs-'))).toBe(true);
    for (const path of ['/read/fr', '/read/en/nothing']) expect((await visit(path)).status).toBe(404);
    const errata = await (await visit('/read/zh-CN/errata')).text();
    expect(errata.match(/<dt>/g)?.length).toBe(world.context.bank.errata.entries.length);
  });
});

it('the errata come with their evidence and the question that says it right', async () => {
  const errata = await world.as(interviewer).errata();
  expect(errata.entries.length).toBe(world.context.bank.errata.entries.length);
  const [first] = errata.entries;
  expect(first?.question?.title['zh-CN']).toBeTruthy();
  await expect(world.as(candidate).errata()).rejects.toMatchObject({ status: 403 });
});

describe('files of the bank', () => {
  // Each starts a thread; what is in the files is tested where they are written.
  it.each(['qti', 'anki'])('go out as %s for leads', async (format) => {
    const response = await world.request(lead, `/api/bank/export/${format}?question=lora&lang=en`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="viva-lora/);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(500);
    expect((await world.request(interviewer, `/api/bank/export/${format}`)).status).toBe(403);
    expect((await world.request(undefined, `/api/bank/export/${format}`)).status).toBe(401);
  });

  it('are refused in words where there is nothing of that name', async () => {
    for (const path of ['pdf', 'qti?kit=none'])
      expect((await world.request(lead, `/api/bank/export/${path}`)).status).toBe(404);
  });

  const send = (who: Actor | undefined, body: Uint8Array<ArrayBuffer>, name = 'in.zip') =>
    world.request(who, `/api/bank/import?name=${encodeURIComponent(name)}`, { method: 'POST', body });

  it('come in as a preview, and change nothing', async () => {
    const { hash } = world.context.bank;
    const { bytes } = exportBank(world.context.bank, { format: 'xlsx', area: 'agents' });
    const response = await send(lead, bytes, 'agents.xlsx');
    expect(response.status).toBe(200);
    const read = (await response.json()) as ImportPreview;
    expect(read).toMatchObject({ format: 'xlsx', findings: [], kits: [] });
    expect([...new Set(read.questions.map(({ change }) => change))]).toEqual(['same']);
    expect(world.context.bank.hash).toBe(hash);
    expect((await send(interviewer, bytes)).status).toBe(403);
    expect((await send(undefined, bytes)).status).toBe(401);
  });

  it('are refused by what is wrong with them, with the place', async () => {
    const bad = await send(lead, new TextEncoder().encode('a,b\n1,"2'), 'q.csv');
    expect(bad.status).toBe(422);
    expect(await bad.json()).toMatchObject({
      code: 'import-bad-table',
      errors: [{ field: 'q.csv, line 2' }],
    });
    const large = await send(lead, new Uint8Array(17 * 2 ** 20));
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([
      413,
      'import-too-large',
    ]);
  });
});
