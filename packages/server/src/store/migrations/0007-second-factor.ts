/**
 * Passkeys, one-time codes, and counts of attempts that all processes share.
 *
 * Keys of `attempt` and `lockout` are keyed digests: neither addresses nor e-mails stand in them.
 */
export const secondFactor = {
  version: 7,
  name: 'second-factor',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
ALTER TABLE viva_auth.account_user ADD COLUMN two_factor_enabled boolean NOT NULL DEFAULT false;
CREATE TABLE viva_auth.two_factor (
  id text PRIMARY KEY,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  user_id text NOT NULL REFERENCES viva_auth.account_user ON DELETE CASCADE,
  verified boolean NOT NULL DEFAULT true,
  failed_verification_count integer NOT NULL DEFAULT 0,
  locked_until timestamptz);
CREATE UNIQUE INDEX two_factor_user_id ON viva_auth.two_factor (user_id);
CREATE TABLE viva_auth.passkey (
  id uuid PRIMARY KEY,
  user_id text NOT NULL REFERENCES viva_auth.account_user ON DELETE CASCADE,
  name text NOT NULL CHECK (btrim(name) <> ''),
  credential_id text NOT NULL UNIQUE,
  public_key text NOT NULL,
  counter bigint NOT NULL,
  transports text NOT NULL,
  synced boolean NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz);
CREATE INDEX passkey_user_id ON viva_auth.passkey (user_id);
CREATE TABLE viva_auth.attempt (
  key text PRIMARY KEY,
  count integer NOT NULL,
  since timestamptz NOT NULL);
CREATE INDEX attempt_since ON viva_auth.attempt (since);
CREATE TABLE viva_auth.lockout (
  key text PRIMARY KEY,
  failures integer NOT NULL,
  last timestamptz NOT NULL,
  locked_until timestamptz);
CREATE INDEX lockout_last ON viva_auth.lockout (last);
GRANT SELECT, INSERT, UPDATE, DELETE ON viva_auth.two_factor, viva_auth.passkey, viva_auth.attempt, viva_auth.lockout TO viva_auth;
RESET ROLE;
`,
};
