/** What can go wrong with a backup, by a stable code. */
export type BackupCode =
  | 'not-a-backup'
  | 'wrong-passphrase'
  | 'weak-passphrase'
  | 'damaged'
  | 'newer'
  | 'not-empty'
  | 'verification'
  | 'rights'
  | 'exists'
  | 'keys'
  | 'channel';

export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupCode;
  constructor(code: BackupCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
