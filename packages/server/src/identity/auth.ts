/** Signing in: better-auth over our own tables. Passwords are its scrypt hashes; sessions are rows that can be revoked. */
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import * as schema from '../store/schema.ts';
import type { Store } from '../store/store.ts';

export interface AuthOptions {
  store: Store;
  /** Signs cookies; at least 32 characters, kept in the data folder. */
  secret: string;
  /** Where people reach the server, for the cookie's `Secure` flag and the check of `Origin`. */
  baseUrl: string;
}

export function createAuth({ store, secret, baseUrl }: AuthOptions) {
  return betterAuth({
    secret,
    baseURL: baseUrl,
    basePath: '/api/auth',
    database: drizzleAdapter(store.authStatements, {
      provider: 'pg',
      schema: {
        user: schema.accountUser,
        session: schema.authSession,
        account: schema.account,
        verification: schema.verification,
      },
    }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    // Two weeks from signing in, whatever happens in between.
    session: { expiresIn: 60 * 60 * 24 * 14, disableSessionRefresh: true },
    advanced: { cookiePrefix: 'viva', database: { generateId: () => crypto.randomUUID() } },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
  });
}

export type Auth = ReturnType<typeof createAuth>;
