/** People: the owner's account, invitations, roles. */
import { createHash, randomBytes } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, gt, ne, or } from 'drizzle-orm';
import { appendAudit } from '../audit/append.ts';
import type { Actor, Context } from '../context.ts';
import type * as contract from '../contract/people.ts';
import { conflict, forbidden, notFound, Refusal } from '../errors.ts';
import { readCursor, toPage } from '../interview/paging.ts';
import { requireLead } from '../interview/permissions.ts';
import { findCandidate } from '../interview/view-candidate.ts';
import { DatabaseError } from '../store/driver.ts';
import * as t from '../store/schema.ts';
import type { Tables } from '../store/store.ts';

type Row = typeof t.person.$inferSelect;
type Person = z.infer<typeof contract.Person>;

const INVITATION_DAYS = 14;
const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

export const toPerson = ({ id, name, email, role, locale, userId, disabledAt, createdAt }: Row): Person => ({
  id,
  name,
  email,
  role,
  locale,
  status: disabledAt ? 'disabled' : userId ? 'active' : 'invited',
  createdAt: createdAt.toISOString(),
});

async function findPerson(tables: Tables, id: string): Promise<Row> {
  const [row] = await tables.select().from(t.person).where(eq(t.person.id, id));
  if (!row) throw notFound('person');
  return row;
}

/** A unique value that is there already, or a referenced row that is there no longer. */
const isTaken = (error: unknown): boolean => {
  const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  return cause instanceof DatabaseError && ['23505', '23503'].includes(cause.code);
};

/** Makes the account that signs in, in place of one that a broken-off try left; better-auth hashes the password. */
async function createLogin(
  { auth }: Context,
  { email, name, password }: { email: string; name: string; password: string },
): Promise<string> {
  const { internalAdapter, password: hasher } = await auth.$context;
  const left = await internalAdapter.findUserByEmail(email);
  if (left) await internalAdapter.deleteUser(left.user.id);
  const user = await internalAdapter.createUser({ email, name, emailVerified: true }, { method: 'email' });
  await internalAdapter.linkAccount({
    userId: user.id,
    providerId: 'credential',
    accountId: user.id,
    password: await hasher.hash(password),
  });
  return user.id;
}

export async function needsOwner({ store }: Context): Promise<boolean> {
  const rows = await store.asAuth((tables) =>
    tables.select({ id: t.person.id }).from(t.person).where(eq(t.person.role, 'owner')).limit(1),
  );
  return rows.length === 0;
}

/** The first visit's account. There is one owner; the database holds it so. */
export async function createOwner(
  context: Context,
  { name, email, password, locale }: z.output<typeof contract.CreateOwner>,
): Promise<Person> {
  const { store } = context;
  const taken = () =>
    conflict(
      'owner-exists',
      'The owner’s account is made already. Sign in, or ask the owner for an invitation.',
    );
  if (!(await needsOwner(context))) throw taken();
  try {
    // The login first: a crash between the two leaves a login without a person, which the next try replaces.
    const userId = await createLogin(context, { email, name, password });
    const row: Row = {
      id: store.newId(),
      userId,
      name,
      email,
      role: 'owner',
      locale,
      createdAt: store.clock(),
      disabledAt: null,
      erasedAt: null,
    };
    await store.asAuth(async (tables) => {
      await tables.insert(t.person).values(row);
      await appendAudit(store, tables, { action: 'owner.created', subject: `person/${row.id}` });
    });
    return toPerson(row);
  } catch (error) {
    // Of two first visits at once one loses: there is an owner already, or the other replaced this login.
    throw isTaken(error) ? taken() : error;
  }
}

export async function listPeople(
  { store }: Context,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  requireLead(actor);
  return store.as(actor.id, async (tables) => {
    const after = readCursor(cursor);
    const rows = await tables
      .select()
      .from(t.person)
      .where(
        and(
          ne(t.person.role, 'candidate'),
          after
            ? or(
                gt(t.person.createdAt, new Date(after[0])),
                and(eq(t.person.createdAt, new Date(after[0])), gt(t.person.id, after[1])),
              )
            : undefined,
        ),
      )
      .orderBy(asc(t.person.createdAt), asc(t.person.id))
      .limit(limit + 1);
    const { items, nextCursor } = toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
    return { items: items.map(toPerson), nextCursor };
  });
}

async function issue(
  { store }: Context,
  tables: Tables,
  row: Row,
): Promise<z.infer<typeof contract.InvitationLink>> {
  const token = randomBytes(24).toString('base64url');
  const expiresAt = new Date(store.clock().getTime() + INVITATION_DAYS * 86_400_000);
  await tables.delete(t.invitation).where(eq(t.invitation.personId, row.id));
  await tables.insert(t.invitation).values({ personId: row.id, tokenHash: digest(token), expiresAt });
  return { person: toPerson(row), path: `/join/${token}`, expiresAt: expiresAt.toISOString() };
}

async function addPerson(
  { store }: Context,
  tables: Tables,
  { name, email, role, locale }: { name: string; email: string; role: Row['role']; locale: Row['locale'] },
): Promise<Row> {
  const row: Row = {
    id: store.newId(),
    userId: null,
    name,
    email,
    role,
    locale,
    createdAt: store.clock(),
    disabledAt: null,
    erasedAt: null,
  };
  const [same] = await tables.select().from(t.person).where(eq(t.person.email, email));
  if (same)
    throw conflict(
      'email-taken',
      `${email} belongs to ${same.name} already. Re-issue that invitation, or use another address.`,
    );
  await tables.insert(t.person).values(row);
  return row;
}

export async function invitePerson(
  context: Context,
  actor: Actor,
  input: z.output<typeof contract.InvitePerson>,
) {
  requireLead(actor);
  if (input.role === 'lead' && actor.role !== 'owner') throw forbidden('the owner');
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const row = await addPerson(context, tables, input);
    await appendAudit(store, tables, {
      action: 'person.invited',
      subject: `person/${row.id}`,
      detail: { role: input.role },
    });
    return issue(context, tables, row);
  });
}

/** A candidate's own account, tied to this application. */
export async function inviteCandidate(context: Context, actor: Actor, candidateId: string) {
  requireLead(actor);
  const { store } = context;
  return store.as(actor.id, async (tables) => {
    const candidate = await findCandidate(tables, candidateId);
    if (!candidate.email) throw conflict('no-email', 'The candidate has no e-mail address: add one first.');
    const email = candidate.email.toLowerCase();
    const [known] = await tables.select().from(t.person).where(eq(t.person.email, email));
    if (known && known.role !== 'candidate')
      throw conflict(
        'email-taken',
        `${email} belongs to ${known.name} of the team: an account is either the team’s or a candidate’s.`,
      );
    const row =
      known ??
      (await addPerson(context, tables, { name: candidate.name, email, role: 'candidate', locale: 'zh-CN' }));
    await tables.update(t.candidate).set({ personId: row.id }).where(eq(t.candidate.id, candidateId));
    await appendAudit(store, tables, {
      action: 'candidate.invited',
      subject: `candidate/${candidateId}`,
      openingId: candidate.openingId,
      candidateId,
    });
    if (row.userId)
      return {
        person: toPerson(row),
        path: '/sign-in',
        expiresAt: new Date(store.clock().getTime() + 86_400_000).toISOString(),
      };
    return issue(context, tables, row);
  });
}

export async function reinvitePerson(context: Context, actor: Actor, id: string) {
  requireLead(actor);
  return context.store.as(actor.id, async (tables) => {
    const row = await findPerson(tables, id);
    if (row.userId)
      throw conflict('joined-already', `${row.name} has joined already and signs in with a password.`);
    await appendAudit(context.store, tables, { action: 'person.reinvited', subject: `person/${id}` });
    return issue(context, tables, row);
  });
}

export async function updatePerson(
  { store }: Context,
  actor: Actor,
  id: string,
  { role, disabled }: z.output<typeof contract.UpdatePerson>,
) {
  if (actor.role !== 'owner') throw forbidden('the owner');
  if (id === actor.id)
    throw conflict('own-account', 'The owner’s own role and access cannot be changed here.');
  return store.as(actor.id, async (tables) => {
    const row = await findPerson(tables, id);
    if (row.role === 'candidate' && role)
      throw conflict('candidate-account', 'A candidate’s account cannot join the team.');
    const next = {
      role: role ?? row.role,
      disabledAt: disabled === undefined ? row.disabledAt : disabled ? store.clock() : null,
    };
    await tables.update(t.person).set(next).where(eq(t.person.id, id));
    await appendAudit(store, tables, {
      action: 'person.changed',
      subject: `person/${id}`,
      detail: { role, disabled },
    });
    return toPerson({ ...row, ...next });
  });
}

export async function updateMe(
  { store }: Context,
  actor: Actor,
  change: z.output<typeof contract.UpdateMe>,
): Promise<Person> {
  return store.as(actor.id, async (tables) => {
    const row = await findPerson(tables, actor.id);
    const next = { name: change.name ?? row.name, locale: change.locale ?? row.locale };
    await tables.update(t.person).set(next).where(eq(t.person.id, actor.id));
    if (change.name && change.name !== row.name)
      await appendAudit(store, tables, {
        action: 'person.renamed',
        subject: `person/${actor.id}`,
      });
    return toPerson({ ...row, ...next });
  });
}

async function findInvitation(
  { store }: Context,
  tables: Tables,
  token: string,
): Promise<{ row: Row; expiresAt: Date }> {
  const [found] = await tables
    .select({ row: t.person, expiresAt: t.invitation.expiresAt })
    .from(t.invitation)
    .innerJoin(t.person, eq(t.person.id, t.invitation.personId))
    .where(eq(t.invitation.tokenHash, digest(token)));
  if (!found || found.expiresAt < store.clock() || found.row.disabledAt)
    throw new Refusal(
      404,
      'no-invitation',
      'This invitation is used, replaced or past its date. Ask for a new link.',
    );
  return found;
}

export async function viewInvitation(
  context: Context,
  token: string,
): Promise<z.infer<typeof contract.InvitationInfo>> {
  return context.store.asAuth(async (tables) => {
    const { row, expiresAt } = await findInvitation(context, tables, token);
    return { name: row.name, email: row.email, role: row.role, expiresAt: expiresAt.toISOString() };
  });
}

/** @returns the person, who can now sign in with the password. */
export async function acceptInvitation(
  context: Context,
  token: string,
  { password, name, locale }: z.output<typeof contract.AcceptInvitation>,
): Promise<Person> {
  const { store } = context;
  const { row } = await store.asAuth((tables) => findInvitation(context, tables, token));
  const userId = await createLogin(context, { email: row.email, name: name ?? row.name, password });
  return store.asAuth(async (tables) => {
    await findInvitation(context, tables, token);
    const next = { userId, name: name ?? row.name, locale: locale ?? row.locale };
    await tables.update(t.person).set(next).where(eq(t.person.id, row.id));
    await tables.delete(t.invitation).where(eq(t.invitation.personId, row.id));
    await appendAudit(store, tables, { action: 'person.joined', subject: `person/${row.id}` });
    return toPerson({ ...row, ...next });
  });
}
