/** The browser's side of passkeys: WebAuthn Level 3's JSON in and out, without a library. */

interface JsonCredentials {
  parseCreationOptionsFromJSON(options: object): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON(options: object): PublicKeyCredentialRequestOptions;
}

const json = (): JsonCredentials | undefined => {
  const known = (globalThis as { PublicKeyCredential?: Partial<JsonCredentials> }).PublicKeyCredential;
  return known?.parseCreationOptionsFromJSON && known.parseRequestOptionsFromJSON
    ? (known as JsonCredentials)
    : undefined;
};

/** False in old browsers, and where the page did not come over a secure connection. */
export const hasPasskeys = (): boolean => json() !== undefined && 'credentials' in navigator;

/** Cancelled, timed out, or made already: the browser does not tell which, so as not to tell pages. */
export class PasskeyCancelled extends Error {
  override readonly name = 'PasskeyCancelled';
  readonly code = 'passkey-cancelled';
}

async function ceremony(work: Promise<Credential | null> | undefined): Promise<Record<string, unknown>> {
  let credential: Credential | null | undefined;
  try {
    credential = await work;
  } catch (cause) {
    throw new PasskeyCancelled('The browser gave no passkey.', { cause });
  }
  if (!credential) throw new PasskeyCancelled('The browser gave no passkey.');
  return (credential as unknown as { toJSON(): Record<string, unknown> }).toJSON();
}

/** @throws PasskeyCancelled */
export const makePasskey = (options: object): Promise<Record<string, unknown>> => {
  const publicKey = json()?.parseCreationOptionsFromJSON(options);
  return ceremony(publicKey && navigator.credentials.create({ publicKey }));
};

/** @throws PasskeyCancelled */
export const askPasskey = (options: object): Promise<Record<string, unknown>> => {
  const publicKey = json()?.parseRequestOptionsFromJSON(options);
  return ceremony(publicKey && navigator.credentials.get({ publicKey }));
};
