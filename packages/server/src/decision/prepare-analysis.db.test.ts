import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { fill, filledOpening } from '../testing/fill.ts';
import { openWorld } from '../testing/world.ts';

it('has the fit ready after a reveal: of revealed ratings alone, without a name, for whoever sees the opening', async () => {
  const driver = await freshDatabase();
  const world = await openWorld({ driver });
  const lead = await world.addPerson('Lead', 'lead');
  const outsider = await world.addPerson('Outsider', 'interviewer');
  const template = await world.as(lead).createOpening({ body: { title: 'Template', kit: 'llm-engineer' } });
  await fill(driver, {
    template: template.id,
    lead: lead.id,
    past: { openings: 1, candidates: 1, raters: 2 },
    today: { openings: 1, candidates: 11, raters: 4, revealed: 10 },
  });
  const opening = filledOpening(2);
  const fits = (person: string) =>
    world.context.store.as(person, async (tables) =>
      tables.execute(sql`SELECT fit, input_hash FROM viva.opening_fit WHERE opening_id = ${opening}::uuid`),
    ) as unknown as Promise<{ fit: string; input_hash: string }[]>;
  expect(await fits(lead.id)).toEqual([]);

  const { items } = await world.as(lead).listCandidates({ params: { id: opening } });
  const last = items.find(({ revealed }) => !revealed);
  await world
    .as(lead)
    .closePanel({ params: { id: last?.id ?? '' }, body: { reason: 'The panel will not meet again.' } });
  await expect.poll(() => fits(lead.id), { timeout: 60_000, interval: 200 }).toHaveLength(1);

  const [kept] = await fits(lead.id);
  expect(kept?.fit).not.toMatch(/Rater \d|Candidate \d/);
  expect(JSON.parse(kept?.fit ?? '{}').analysis).toMatchObject({ basis: 'model' });
  expect(await fits(outsider.id)).toEqual([]);
  // The page is made of it: nothing is fitted anew.
  const report = await world.as(lead).decisionReport({ params: { id: opening }, query: { top: 3 } });
  expect(report.analysis).toMatchObject({ basis: 'model', top: 3 });
  expect(report.candidates).toHaveLength(11);
  expect((await fits(lead.id))[0]?.input_hash).toBe(kept?.input_hash);
  expect(world.faults).toEqual([]);
  await world.close();
}, 120_000);
