/** The detail of an entry of the audit log, with its sealed texts opened where their key is still there. */
import { application } from '../keys/sealed-columns.ts';
import { ERASED, isErased, type Keys } from '../keys/vault.ts';
import { SECRET, secretPlace } from './append.ts';

export function readDetail(
  keys: Keys,
  candidateId: string | null,
  subject: string,
  stored: string,
): Record<string, unknown> {
  if (isErased(stored)) return { ...(JSON.parse(stored.slice(ERASED.length)) as object), erased: true };
  const { [SECRET]: secret, ...detail } = JSON.parse(stored) as Record<string, unknown> & {
    [SECRET]?: { ref: string; text: string };
  };
  if (!secret || !candidateId) return detail;
  const text = keys.open(application(candidateId), secretPlace(subject, secret.ref), secret.text);
  return text === '' ? { ...detail, erased: true } : { ...detail, ...(JSON.parse(text) as object) };
}
