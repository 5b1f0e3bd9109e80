/** Signing in: better-auth over our own tables. Passwords are its scrypt hashes; sessions are rows that can be revoked. */
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { twoFactor } from 'better-auth/plugins/two-factor';
import * as schema from '../store/schema.ts';
import type { Store } from '../store/store.ts';

export interface AuthOptions {
  store: Store;
  /** Signs cookies; at least 32 characters, kept in the data folder. */
  secret: string;
  /** Where people reach the server, for the cookie's `Secure` flag and the check of `Origin`. */
  baseUrl: string;
}

/** Carries the caller's address to better-auth, which notes it with a session. Never read from the caller. */
export const ADDRESS_HEADER = 'x-viva-address';

export function createAuth({ store, secret, baseUrl }: AuthOptions) {
  const secure = baseUrl.startsWith('https:');
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
        twoFactor: schema.twoFactor,
      },
    }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 10, maxPasswordLength: 200 },
    // Two weeks from signing in, whatever happens in between.
    session: { expiresIn: 60 * 60 * 24 * 14, disableSessionRefresh: true },
    plugins: [
      twoFactor({
        issuer: 'Viva',
        // Ten wrong codes in a row lock the second factor for a quarter of an hour, across sign-ins.
        accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 15 * 60 },
        twoFactorCookieMaxAge: 10 * 60,
      }),
    ],
    advanced: {
      // `__Host-`: this host alone, over https alone, for the whole site. A browser drops such a cookie over http.
      cookiePrefix: secure ? '__Host-viva' : 'viva',
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
      database: { generateId: () => crypto.randomUUID() },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    // Ours counts in the database, for every process alike (`attempts.ts`).
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
  });
}

export type Auth = ReturnType<typeof createAuth>;
