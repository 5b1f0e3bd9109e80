/** Work samples: runs of labs that a candidate attaches, with settings, seed, figures and a conclusion of one's own. */

import type { z } from '@hono/zod-openapi';
import { asc, eq } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type { AttachWorkSample, WorkSample } from '../contract/interview.ts';
import { MOST_WORK_SAMPLES } from '../contract/limits.ts';
import { conflict, forbidden } from '../errors.ts';
import { application, place } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import { holdLimit } from './hold-limit.ts';
import { findCandidate } from './view-candidate.ts';

const view = ({
  openingId,
  attachedAt,
  ...row
}: typeof t.workSample.$inferSelect): z.infer<typeof WorkSample> => ({
  ...row,
  attachedAt: attachedAt.toISOString(),
});

/** For the candidate, and for whoever sees the opening. */
export async function listWorkSamples({ store }: Context, actor: Actor, candidateId: string) {
  return store.as(actor.id, async (tables) => {
    await findCandidate(tables, candidateId);
    const rows = await tables
      .select()
      .from(t.workSample)
      .where(eq(t.workSample.candidateId, candidateId))
      .orderBy(asc(t.workSample.attachedAt), asc(t.workSample.id));
    const keys = await store.vault.load([application(candidateId)]);
    return rows.map((row) =>
      view({
        ...row,
        conclusion: keys.open(
          application(candidateId),
          place('work_sample', 'conclusion', row.id),
          row.conclusion,
        ),
      }),
    );
  });
}

/**
 * Only the candidate attaches: what an interviewer or a lead wrote here would reach the panel before reveal.
 * @throws Refusal 403, 404; 409 where the application is over, or full
 */
export async function attachWorkSample(
  { store }: Context,
  actor: Actor,
  candidateId: string,
  sample: z.output<typeof AttachWorkSample>,
): Promise<z.infer<typeof WorkSample>> {
  return store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (candidate.personId !== actor.id) throw forbidden('the candidate');
    const [opening] = await tables
      .select({ status: t.opening.status })
      .from(t.opening)
      .where(eq(t.opening.id, candidate.openingId));
    if (candidate.withdrawnAt || opening?.status !== 'open')
      throw conflict('application-over', 'Work samples can be attached while the application is under way.');
    await holdLimit(tables, {
      table: t.workSample,
      where: eq(t.workSample.candidateId, candidateId),
      most: MOST_WORK_SAMPLES,
      code: 'too-many-samples',
      detail: `An application holds at most ${MOST_WORK_SAMPLES} work samples.`,
    });
    const row = {
      id: store.newId(),
      openingId: candidate.openingId,
      candidateId,
      ...sample,
      attachedAt: store.clock(),
    };
    await tables.insert(t.workSample).values({
      ...row,
      conclusion: await store.vault.seal(
        application(candidateId),
        place('work_sample', 'conclusion', row.id),
        row.conclusion,
      ),
    });
    await appendAudit(store, tables, {
      action: 'work-sample.attached',
      subject: `work-sample/${row.id}`,
      openingId: candidate.openingId,
      candidateId,
      detail: { lab: sample.lab, seed: sample.seed },
    });
    return view(row);
  });
}
