/** What can be wrong with a model that somebody opens. */

/** `code` is stable; the message is English for a person, names the file or setting and says what to do. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError';
  readonly code:
    | 'bad-config'
    | 'unsupported-model'
    | 'missing-tensor'
    | 'wrong-shape'
    | 'bad-tokenizer'
    | 'bad-input'
    | 'no-model';
  constructor(code: EncoderError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
