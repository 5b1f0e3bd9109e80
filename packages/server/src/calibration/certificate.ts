/** A certificate of a passed calibration: what it says, and a hash by which the audit log vouches for it. */
import { createHash } from 'node:crypto';

import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/bank.ts';
import { conflict, notFound } from '../errors.ts';
import { requireTeam } from '../interview/permissions.ts';
import * as t from '../store/schema.ts';

type Attempt = typeof t.calibrationAttempt.$inferSelect;

/** SHA-256 over everything that the certificate states; the attempt's random id keeps it from being guessed. */
export function certificateHash(
  attempt: Pick<
    Attempt,
    'id' | 'personId' | 'family' | 'setHash' | 'exact' | 'withinOne' | 'bias' | 'finishedAt' | 'expiresAt'
  >,
): string {
  const { id, personId, family, setHash, exact, withinOne, bias, finishedAt, expiresAt } = attempt;
  return createHash('sha256')
    .update(
      [
        'viva certificate',
        id,
        personId,
        family,
        setHash,
        exact,
        withinOne,
        bias,
        finishedAt.toISOString(),
        expiresAt?.toISOString() ?? '-',
      ].join('\x1f'),
    )
    .digest('hex');
}

/**
 * One's own, or for leads anybody's. Row-level security leaves others nothing.
 * @throws Refusal 404; 409 `not-passed`
 */
export async function viewCertificate(
  { store, bank }: Context,
  actor: Actor,
  attemptId: string,
): Promise<z.infer<typeof contract.Certificate>> {
  requireTeam(actor);
  return store.as(actor.id, async (tables) => {
    const [found] = await tables
      .select({ attempt: t.calibrationAttempt, name: t.person.name })
      .from(t.calibrationAttempt)
      .innerJoin(t.person, eq(t.person.id, t.calibrationAttempt.personId))
      .where(eq(t.calibrationAttempt.id, attemptId));
    if (!found) throw notFound('certificate');
    const { attempt, name } = found;
    if (!attempt.passed || !attempt.expiresAt)
      throw conflict('not-passed', 'This attempt did not pass, so there is no certificate of it.');
    const hash = certificateHash(attempt);
    const [log] = (await tables.execute(
      sql`SELECT viva.certificate_recorded(${attempt.personId}::uuid, ${hash}) AS recorded`,
    )) as unknown as { recorded: boolean }[];
    const set = bank.calibrations.get(attempt.family);
    return {
      id: attemptId,
      name,
      family: attempt.family,
      title: {
        'zh-CN': set?.text['zh-CN'].title ?? attempt.family,
        en: set?.text.en.title ?? attempt.family,
      },
      exact: attempt.exact,
      withinOne: attempt.withinOne,
      bias: attempt.bias,
      transcripts: attempt.answers.length,
      finishedAt: attempt.finishedAt.toISOString(),
      expiresAt: attempt.expiresAt.toISOString(),
      expired: attempt.expiresAt <= store.clock(),
      setHash: attempt.setHash,
      hash,
      recorded: Boolean(log?.recorded),
    };
  });
}
