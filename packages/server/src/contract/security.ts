/** The security of one's own account: sessions, second factor, passkeys. */
import { z } from '@hono/zod-openapi';
import { Id, Instant } from './common.ts';
import { MOST_PASSKEYS, MOST_SIGNED_IN } from './limits.ts';
import { Password } from './people.ts';

/** The password, once more. */
const Proof = z.string().min(1).max(200);

export const AccountSession = z
  .object({
    id: z.string(),
    /** The one that asks. */
    current: z.boolean(),
    startedAt: Instant,
    /** Within a quarter of an hour. */
    usedAt: Instant,
    expiresAt: Instant,
    /** What the browser called itself when it signed in. */
    userAgent: z.string(),
    address: z.string(),
  })
  .openapi('AccountSession');

export const Passkey = z
  .object({
    id: Id,
    name: z.string(),
    /** Kept by a password manager on several devices, rather than by one device. */
    synced: z.boolean(),
    createdAt: Instant,
    usedAt: Instant.nullable(),
  })
  .openapi('Passkey');

export const AccountSecurity = z
  .object({
    sessions: z.array(AccountSession).max(MOST_SIGNED_IN),
    secondFactor: z.object({ enabled: z.boolean(), backupCodes: z.int() }),
    /** The owner requires a second factor of this person. */
    required: z.boolean(),
    passkeys: z.array(Passkey).max(MOST_PASSKEYS),
  })
  .openapi('AccountSecurity');

export const ChangePassword = z.object({ current: Proof, next: Password }).openapi('ChangePassword');
export const ProvePassword = z.object({ password: Proof }).openapi('ProvePassword');

/** Shown once. `uri` is what the QR code says, `secret` is for typing. */
export const Enrolment = z
  .object({ uri: z.string(), secret: z.string(), backupCodes: z.array(z.string()).max(20) })
  .openapi('Enrolment');
export const BackupCodes = z.object({ backupCodes: z.array(z.string()).max(20) }).openapi('BackupCodes');
export const OneTimeCode = z
  .object({
    code: z
      .string()
      .trim()
      .transform((code) => code.replaceAll(/\s/g, ''))
      .pipe(z.string().regex(/^\d{6}$/, 'a code has six digits')),
  })
  .openapi('OneTimeCode');

/** A code of the app, or one of the backup codes. */
export const SecondFactor = z.object({ code: z.string().trim().min(6).max(40) }).openapi('SecondFactor');

/** WebAuthn's own JSON (W3C Web Authentication 3, §5.1.8), made and read by the browser. */
const Ceremony = z.looseObject({}).refine((value) => JSON.stringify(value).length < 20_000, 'too large');
export const PasskeyOptions = z
  .object({ ceremony: z.string(), options: z.record(z.string(), z.unknown()) })
  .openapi('PasskeyOptions');
export const AddPasskey = z
  .object({
    ceremony: z.string().max(200),
    name: z.string().trim().min(1, 'a name is needed').max(80),
    response: Ceremony,
  })
  .openapi('AddPasskey');
export const UsePasskey = z
  .object({ ceremony: z.string().max(200), response: Ceremony })
  .openapi('UsePasskey');

export const SecurityPolicy = z
  .object({ secondFactor: z.enum(['nobody', 'leads']) })
  .openapi('SecurityPolicy');

export type SecurityPolicy = z.infer<typeof SecurityPolicy>;
