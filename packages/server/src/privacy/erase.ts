/** Erasing a candidate: everywhere, in backups too, and for good. */
import { eq, inArray, sql } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import { conflict, notFound } from '../errors.ts';
import type { Subject } from '../keys/seal.ts';
import { application, personal } from '../keys/sealed-columns.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { sweepErased, wipeApplication, wipePerson } from './wipe.ts';

export type Cause = (typeof t.erasure.$inferSelect)['cause'];

interface Plan {
  openingId: string;
  /** The account goes with its last application. */
  personId: string | null;
}

async function plan(tables: Tables, candidateId: string): Promise<Plan> {
  const [candidate] = await tables.select().from(t.candidate).where(eq(t.candidate.id, candidateId));
  if (!candidate) throw notFound('candidate');
  const [hold] = await tables
    .select({ id: t.legalHold.candidateId })
    .from(t.legalHold)
    .where(eq(t.legalHold.candidateId, candidateId));
  if (hold)
    throw conflict(
      'legal-hold',
      'A legal hold keeps this application. Nothing is erased until it is lifted; say so to the candidate, with the reason.',
    );
  if (!candidate.personId) return { openingId: candidate.openingId, personId: null };
  const others = await tables
    .select({ id: t.candidate.id })
    .from(t.candidate)
    .where(eq(t.candidate.personId, candidate.personId));
  return {
    openingId: candidate.openingId,
    personId: others.every(({ id }) => id === candidateId) ? candidate.personId : null,
  };
}

/** Enters an erasure in the database and its log, with what it removes; nothing where it was done before. */
async function record(store: Store, tables: Tables, subject: Subject, cause: Cause): Promise<void> {
  const now = store.clock();
  const id = subject.slice(subject.indexOf('/') + 1);
  if (subject.startsWith('person/')) await wipePerson(tables, id, now.toISOString());
  else await wipeApplication(tables, id, now.toISOString());
  const [fresh] = await tables
    .insert(t.erasure)
    .values({ subject, cause, erasedAt: now })
    .onConflictDoNothing()
    .returning({ subject: t.erasure.subject });
  if (!fresh) return;
  const [candidate] = subject.startsWith('application/')
    ? await tables
        .select({ openingId: t.candidate.openingId })
        .from(t.candidate)
        .where(eq(t.candidate.id, id))
    : [];
  await appendAudit(store, tables, {
    action: subject.startsWith('person/') ? 'person.erased' : 'candidate.erased',
    subject: subject.startsWith('person/') ? subject : `candidate/${id}`,
    openingId: candidate?.openingId ?? null,
    candidateId: candidate ? id : null,
    detail: { cause },
  });
}

/**
 * Erases one application, and the account with it where it has no other. The ledger beside the keys is written and the
 * keys are destroyed first: if the process ends in between, the next opening does the rest.
 * @param actorId who carried it out; empty for what runs by itself
 * @throws Refusal 404; 409 `legal-hold`
 */
export async function eraseCandidate(
  store: Store,
  candidateId: string,
  { cause, actorId = '' }: { cause: Cause; actorId?: string },
): Promise<{ subjects: Subject[] }> {
  const { personId } = await store.asKeeper((tables) => plan(tables, candidateId));
  const subjects: Subject[] = [application(candidateId), ...(personId ? [personal(personId)] : [])];
  await store.vault.erase(subjects, store.clock());
  await store.asKeeper(async (tables) => {
    for (const subject of subjects) await record(store, tables, subject, cause);
  }, actorId);
  return { subjects };
}

/** Which of these keys are there, usable or not. */
async function present(store: Store, subjects: readonly Subject[]): Promise<Subject[]> {
  const there: Subject[] = [];
  for (const subject of subjects) {
    // One that cannot be read is one that is there.
    const key = await store.vault.store.find(subject).catch(() => true);
    if (key) there.push(subject);
  }
  return there;
}

/**
 * Makes ledger, keys and database agree on what was erased, whichever of them comes from an older copy or was left in
 * the middle: what one of them knows to be erased is erased in all. Every opening of a store does it, before anything
 * is read. May be broken off at any point and repeated.
 * @returns how many subjects were erased again in the database
 */
export async function applyLedger(store: Store): Promise<number> {
  const ledger = await store.vault.store.ledger();
  const known = await store.asKeeper(async (tables) => {
    const rows = await tables.select({ subject: t.erasure.subject }).from(t.erasure);
    return new Set<Subject>(rows.map(({ subject }) => subject as Subject));
  });
  const missing = [...ledger.keys()].filter((subject) => !known.has(subject));
  // A key folder from an older copy lacks the entry and holds the key; a crash leaves an entry whose key is still there.
  const unlisted = [...known].filter((subject) => !ledger.has(subject));
  const lingering = await present(
    store,
    [...known].filter((subject) => ledger.has(subject)),
  );
  const again = [...missing, ...unlisted, ...lingering];
  if (again.length === 0) return 0;
  await store.vault.erase(again, store.clock());
  if (missing.length === 0) return 0;
  const idsOf = (kind: string) =>
    missing.filter((subject) => subject.startsWith(kind)).map((subject) => subject.slice(kind.length));
  const count = await store.asKeeper(async (tables) => {
    const applications = idsOf('application/');
    const people = idsOf('person/');
    const there = [
      ...(applications.length > 0
        ? (
            await tables
              .select({ id: t.candidate.id })
              .from(t.candidate)
              .where(inArray(t.candidate.id, applications))
          ).map(({ id }) => application(id))
        : []),
      ...(people.length > 0
        ? (await tables.select({ id: t.person.id }).from(t.person).where(inArray(t.person.id, people))).map(
            ({ id }) => personal(id),
          )
        : []),
    ];
    await tables.execute(sql`SELECT pg_advisory_xact_lock(7410236)`);
    for (const subject of there) await record(store, tables, subject, 'ledger');
    return there.length;
  });
  // A backup brought the names; the files of an embedded database are not to keep them.
  if (count > 0) await sweepErased(store);
  return count;
}
