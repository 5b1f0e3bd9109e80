/** Setting up, signing in and out, people. */
import type { Context } from '../context.ts';
import { takeAttempt } from '../identity/attempts.ts';
import * as people from '../identity/people.ts';
import { authHeaders, signInWithPassword } from '../identity/sign-in.ts';
import * as t from '../store/schema.ts';
import type { Handlers } from './exchange.ts';

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
      await takeAttempt(context, 'setup', exchange.address);
      const owner = await people.createOwner(context, body);
      await signInWithPassword(context, exchange, body.email, body.password);
      return owner;
    },
    signIn: async ({ body }, exchange) =>
      people.toPerson(await signInWithPassword(context, exchange, body.email, body.password)),
    signOut: async (_, exchange) => {
      const response = await context.auth.api
        .signOut({ headers: authHeaders(exchange), asResponse: true })
        .catch(() => undefined);
      exchange.cookies.push(...(response?.headers.getSetCookie() ?? []));
      return { ok: true };
    },
    me: async (_, { actor }) => ({
      ...(await people.updateMe(context, actor, {})),
      ...(actor.mustEnrol ? { mustEnrol: true as const } : {}),
    }),
    updateMe: async ({ body }, { actor }) => people.updateMe(context, actor, body),
    listPeople: async ({ query }, { actor }) => people.listPeople(context, actor, query),
    invitePerson: async ({ body }, { actor }) => {
      await takeAttempt(context, 'invite', actor.id);
      return people.invitePerson(context, actor, body);
    },
    updatePerson: async ({ params, body }, { actor }) => people.updatePerson(context, actor, params.id, body),
    reinvitePerson: async ({ params }, { actor }) => {
      await takeAttempt(context, 'invite', actor.id);
      return people.reinvitePerson(context, actor, params.id);
    },
    invitation: async ({ params }, { address }) => {
      await takeAttempt(context, 'sign-in-address', address);
      return people.viewInvitation(context, params.token);
    },
    acceptInvitation: async ({ params, body }, exchange) => {
      await takeAttempt(context, 'sign-in-address', exchange.address);
      const person = await people.acceptInvitation(context, params.token, body);
      await signInWithPassword(context, exchange, person.email, body.password);
      return person;
    },
  }) satisfies Partial<Handlers>;
