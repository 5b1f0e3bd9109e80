/** Accounts, roles and invitations. */
import { z } from '@hono/zod-openapi';
import { Id, Instant, Locale, Role } from './common.ts';

export const Email = z
  .email()
  .max(254)
  .transform((value) => value.toLowerCase());
export const Password = z
  .string()
  .min(10, 'a password has at least 10 characters')
  .max(200, 'a password has at most 200 characters');
export const PersonName = z.string().trim().min(1, 'a name is needed').max(120);

export const Person = z
  .object({
    id: Id,
    name: z.string(),
    email: z.string(),
    role: Role,
    locale: Locale,
    /** `invited` until the person has chosen a password. */
    status: z.enum(['invited', 'active', 'disabled']),
    createdAt: Instant,
    /** Only of oneself: a second factor is required and has yet to be set up. */
    mustEnrol: z.literal(true).optional(),
  })
  .openapi('Person');

export const SetupStatus = z
  .object({ needsOwner: z.boolean(), demo: z.boolean(), version: z.string() })
  .openapi('SetupStatus');

export const CreateOwner = z
  .object({ name: PersonName, email: Email, password: Password, locale: Locale.default('zh-CN') })
  .openapi('CreateOwner');

export const InvitePerson = z
  .object({
    name: PersonName,
    email: Email,
    role: Role.exclude(['owner', 'candidate']),
    locale: Locale.default('zh-CN'),
  })
  .openapi('InvitePerson');

/** The link is shown once: the server keeps only a digest of its token. `path` is e.g. `/join/…`. */
export const InvitationLink = z
  .object({ person: Person, path: z.string(), expiresAt: Instant })
  .openapi('InvitationLink');

export const InvitationInfo = z
  .object({ name: z.string(), email: z.string(), role: Role, expiresAt: Instant })
  .openapi('InvitationInfo');

export const AcceptInvitation = z
  .object({ password: Password, name: PersonName.optional(), locale: Locale.optional() })
  .openapi('AcceptInvitation');

export const UpdateMe = z
  .object({ name: PersonName.optional(), locale: Locale.optional() })
  .openapi('UpdateMe');

export const UpdatePerson = z
  .object({ role: Role.exclude(['owner', 'candidate']).optional(), disabled: z.boolean().optional() })
  .openapi('UpdatePerson');

export const SignIn = z.object({ email: Email, password: z.string().min(1).max(200) }).openapi('SignIn');

export type Person = z.infer<typeof Person>;
