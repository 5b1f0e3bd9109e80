/**
 * Sealing of texts and wrapping of keys: AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, through Node's crypto.
 *
 * A sealed text is `viva1.<key>.<payload>`: the format's version, eight hexadecimal digits that tell which data key (not
 * secret), and nonce, ciphertext and tag in base64url. What the text belongs to (subject, table, column, row) is
 * authenticated with it, so that a ciphertext that is moved elsewhere does not open.
 *
 * Random nonces are safe for 2^32 texts a key (collision below 2^-32, SP 800-38D section 8.3); a subject has thousands.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { KeyError } from './key-error.ts';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'viva1.';
const SEALED = /^viva1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{38,})$/;

/** Whose text it is: the key that seals it, and that erasing destroys. */
export type Subject = `application/${string}` | `person/${string}`;

/** Where a text stands: a ciphertext opens there and nowhere else. */
export interface Place {
  table: string;
  column: string;
  /** The primary key; parts joined by `/`. */
  row: string;
}

/** A data key, ready for use. */
export interface DataKey {
  /** First eight hexadecimal digits of the SHA-256 of the key, with a prefix of its own. */
  id: string;
  key: KeyObject;
}

export const fingerprint = (bytes: Uint8Array, digits: number): string =>
  createHash('sha256').update('viva key fingerprint\0').update(bytes).digest('hex').slice(0, digits);

export const toDataKey = (bytes: Uint8Array): DataKey => ({
  id: fingerprint(bytes, 8),
  key: createSecretKey(bytes),
});

export const newKey = (): Buffer => randomBytes(KEY_BYTES);

const context = (subject: Subject, { table, column, row }: Place): string =>
  ['viva text', subject, table, column, row].join('\0');

function encrypt(
  key: KeyObject,
  about: string,
  bytes: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about, 'utf8'));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** @returns undefined where key, context or payload do not fit */
function decrypt(key: KeyObject, about: string, payload: Buffer): Buffer | undefined {
  if (payload.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, payload.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(about, 'utf8'))
    .setAuthTag(payload.subarray(payload.length - TAG_BYTES));
  const text = decipher.update(payload.subarray(NONCE_BYTES, payload.length - TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Strict: base64url has several spellings of one payload, and only the one that we write is ours. */
function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Whether a stored value is a sealed text of this format. */
export const isSealed = (value: string): boolean => SEALED.test(value);

/**
 * Seals a text for one place of one subject.
 * @param nonce twelve bytes, never twice with one key; random but in tests that compare two worlds
 */
export const sealText = (
  { id, key }: DataKey,
  subject: Subject,
  place: Place,
  text: string,
  nonce?: Uint8Array,
): string =>
  `${PREFIX}${id}.${encrypt(key, context(subject, place), Buffer.from(text, 'utf8'), nonce).toString('base64url')}`;

/**
 * Opens what `sealText` made.
 * @throws KeyError `key-differs` where another key sealed it; `altered` where text or place were changed
 */
export function openText({ id, key }: DataKey, subject: Subject, place: Place, sealed: string): string {
  const [, keyId, text] = SEALED.exec(sealed) ?? [];
  const where = `${place.table}.${place.column} of ${subject}`;
  const altered = () =>
    new KeyError(
      'altered',
      `A sealed text in ${where} (row ${place.row}) was changed or moved there. Run \`viva audit verify\`, and restore the row from a backup.`,
    );
  const payload = text === undefined ? undefined : fromBase64url(text);
  if (!payload) throw altered();
  if (keyId !== id)
    throw new KeyError(
      'key-differs',
      `A text in ${where} was sealed with key ${keyId}, and the key folder holds ${id}. Restore the key folder that belongs to this database.`,
    );
  const opened = decrypt(key, context(subject, place), payload);
  if (!opened) throw altered();
  return opened.toString('utf8');
}

const wrapContext = (store: string, subject: Subject): string => ['viva data key', store, subject].join('\0');

/** A data key, encrypted by a master key for one subject of one key store. */
export const wrapKey = (master: KeyObject, store: string, subject: Subject, key: Uint8Array): string =>
  encrypt(master, wrapContext(store, subject), key).toString('base64url');

/** @returns undefined where the master key or the subject is another, or a bit was changed */
export function unwrapKey(
  master: KeyObject,
  store: string,
  subject: Subject,
  wrapped: string,
): Buffer | undefined {
  const payload = fromBase64url(wrapped);
  const key = payload && decrypt(master, wrapContext(store, subject), payload);
  return key?.length === KEY_BYTES ? key : undefined;
}
