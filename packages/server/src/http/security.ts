/** The security of one's own account, and signing in by more than a password. */
import type { Context } from '../context.ts';
import * as account from '../identity/account-security.ts';
import * as passkeys from '../identity/passkeys.ts';
import { toPerson } from '../identity/people.ts';
import { readSecurityPolicy, setSecurityPolicy } from '../identity/security-policy.ts';
import type { Handlers } from './exchange.ts';

const done = { ok: true as const };

export const securityHandlers = (context: Context) =>
  ({
    accountSecurity: (_, { actor }) => account.viewSecurity(context, actor),
    endSession: async ({ params }, { actor }) => {
      await account.endSessions(context, actor, params.session);
      return account.viewSecurity(context, actor);
    },
    endOtherSessions: async (_, { actor }) => {
      await account.endSessions(context, actor);
      return account.viewSecurity(context, actor);
    },
    changePassword: async ({ body }, exchange) => {
      await account.changePassword(context, exchange, exchange.actor, body);
      return done;
    },
    beginEnrolment: ({ body }, exchange) =>
      account.beginEnrolment(context, exchange, exchange.actor, body.password),
    confirmEnrolment: async ({ body }, exchange) => {
      await account.confirmEnrolment(context, exchange, exchange.actor, body.code);
      return account.viewSecurity(context, exchange.actor);
    },
    renewBackupCodes: ({ body }, exchange) =>
      account.renewBackupCodes(context, exchange, exchange.actor, body.password),
    removeSecondFactor: async ({ body }, exchange) => {
      await account.removeSecondFactor(context, exchange, exchange.actor, body.password);
      return account.viewSecurity(context, exchange.actor);
    },
    beginPasskey: async ({ body }, exchange) => {
      await account.provePassword(context, exchange.actor, body.password);
      return passkeys.beginPasskey(context, exchange, exchange.actor);
    },
    addPasskey: async ({ body }, exchange) => {
      await passkeys.addPasskey(context, exchange, exchange.actor, body);
      return account.viewSecurity(context, exchange.actor);
    },
    removePasskey: async ({ params }, { actor }) => {
      await passkeys.removePasskey(context, actor, params.id);
      return account.viewSecurity(context, actor);
    },
    beginPasskeySignIn: (_, exchange) => passkeys.beginPasskeySignIn(context, exchange),
    signInWithPasskey: async ({ body }, exchange) =>
      toPerson(await passkeys.signInWithPasskey(context, exchange, body)),
    signInWithSecondFactor: async ({ body }, exchange) =>
      toPerson(await account.signInWithSecondFactor(context, exchange, body.code)),
    securityPolicy: () => readSecurityPolicy(context),
    setSecurityPolicy: ({ body }, { actor }) => setSecurityPolicy(context, actor, body),
  }) satisfies Partial<Handlers>;
