/** What can be wrong with a GGUF file, or with what one asks to be written as one. */

export type GgufErrorCode =
  | 'gguf_not_a_gguf_file'
  | 'gguf_version'
  | 'gguf_truncated'
  | 'gguf_too_large'
  | 'gguf_metadata'
  | 'gguf_tensor'
  | 'gguf_missing'
  | 'gguf_unsupported'
  | 'gguf_not_finite';

/** A fault in a GGUF file. The message names the file, and the key, tensor and byte where it lies. */
export class GgufError extends Error {
  readonly code: GgufErrorCode;
  readonly file: string;
  /** The tensor concerned, if it is one tensor's fault. */
  readonly tensor: string | undefined;

  constructor(code: GgufErrorCode, file: string, message: string, tensor?: string) {
    super(`${file}: ${message}`);
    this.name = 'GgufError';
    this.code = code;
    this.file = file;
    this.tensor = tensor;
  }
}
