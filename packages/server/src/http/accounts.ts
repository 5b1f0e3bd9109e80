/** Setting up, signing in and out, people. */
import { and, eq, gt, isNull } from 'drizzle-orm';
import { parseSigned } from 'hono/utils/cookie';
import type { Actor, Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import * as people from '../identity/people.ts';
import * as t from '../store/schema.ts';
import type { Exchange, Handlers } from './exchange.ts';

type Person = typeof t.person.$inferSelect;

/**
 * The person behind a session cookie; undefined where there is none, it is past its date, or the account is disabled.
 * One query, asked with every request, so that signing out and disabling work at once. The cookie is better-auth's:
 * the session's token, signed with HMAC-SHA-256.
 */
export async function whoAsks({ auth, store }: Context, headers: Headers): Promise<Actor | undefined> {
  const cookie = headers.get('cookie');
  if (!cookie?.includes('viva.session_token=')) return undefined;
  const { secret, authCookies } = await auth.$context;
  const { name } = authCookies.sessionToken;
  const { [name]: token } = await parseSigned(cookie, secret, name);
  if (!token) return undefined;
  const [row] = await store.asAuth((tables) =>
    tables
      .select({ id: t.person.id, name: t.person.name, role: t.person.role })
      .from(t.authSession)
      .innerJoin(t.person, eq(t.person.userId, t.authSession.userId))
      .where(
        and(
          eq(t.authSession.token, token),
          gt(t.authSession.expiresAt, new Date()),
          isNull(t.person.disabledAt),
        ),
      ),
  );
  return row;
}

async function signIn(
  { auth, store }: Context,
  exchange: Exchange,
  email: string,
  password: string,
): Promise<Person> {
  const refused = () => new Refusal(401, 'wrong-credentials', 'E-mail or password is wrong.');
  const response = await auth.api.signInEmail({
    body: { email, password },
    headers: exchange.headers,
    asResponse: true,
  });
  if (!response.ok) throw refused();
  const [row] = await store.asAuth((tables) =>
    tables.select().from(t.person).where(eq(t.person.email, email)),
  );
  if (!row || row.disabledAt) throw refused();
  exchange.cookies.push(...response.headers.getSetCookie());
  return row;
}

export const accountHandlers = (context: Context) =>
  ({
    health: async () => {
      await context.store.asAuth((tables) => tables.select({ id: t.person.id }).from(t.person).limit(1));
      await context.store.driver.checkRoom?.();
      return { status: 'ok', version: context.version };
    },
    setupStatus: async () => ({
      needsOwner: await people.needsOwner(context),
      demo: context.demo,
      version: context.version,
    }),
    createOwner: async ({ body }, exchange) => {
      const owner = await people.createOwner(context, body);
      await signIn(context, exchange, body.email, body.password);
      return owner;
    },
    signIn: async ({ body }, exchange) =>
      people.toPerson(await signIn(context, exchange, body.email, body.password)),
    signOut: async (_, exchange) => {
      const response = await context.auth.api
        .signOut({ headers: exchange.headers, asResponse: true })
        .catch(() => undefined);
      exchange.cookies.push(...(response?.headers.getSetCookie() ?? []));
      return { ok: true };
    },
    me: async (_, { actor }) => people.updateMe(context, actor, {}),
    updateMe: async ({ body }, { actor }) => people.updateMe(context, actor, body),
    listPeople: async ({ query }, { actor }) => people.listPeople(context, actor, query),
    invitePerson: async ({ body }, { actor }) => people.invitePerson(context, actor, body),
    updatePerson: async ({ params, body }, { actor }) => people.updatePerson(context, actor, params.id, body),
    reinvitePerson: async ({ params }, { actor }) => people.reinvitePerson(context, actor, params.id),
    invitation: async ({ params }) => people.viewInvitation(context, params.token),
    acceptInvitation: async ({ params, body }, exchange) => {
      const person = await people.acceptInvitation(context, params.token, body);
      await signIn(context, exchange, person.email, body.password);
      return person;
    },
  }) satisfies Partial<Handlers>;
