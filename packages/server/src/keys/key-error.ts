/** What can be wrong with keys, each with what to do. Never carries a key or a text. */
export type KeyErrorCode =
  /** The database was sealed, and the key folder is empty or gone. */
  | 'keys-missing'
  /** The key folder belongs to another database. */
  | 'keys-foreign'
  /** A data key is wrapped by a master key that is not here. */
  | 'master-missing'
  /** A master key or the store's own file cannot be read as one. */
  | 'keys-malformed'
  /** One subject's data key is not here, and no erasure is on record. */
  | 'key-missing'
  /** The text was sealed with another key of the same subject. */
  | 'key-differs'
  /** The subject was erased: its key is destroyed, and no new one is made. */
  | 'erased'
  /** The text, or where it stands, was changed after sealing. */
  | 'altered'
  /** Another process holds the key folder. */
  | 'keys-busy';

export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly code: KeyErrorCode;
  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
