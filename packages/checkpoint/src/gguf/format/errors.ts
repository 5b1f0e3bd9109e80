/** What can be wrong with a GGUF file, or with what one asks to be written as one. */
import { CheckpointError } from '../../errors.ts';

export type GgufErrorCode =
  | 'GGUF_NOT_GGUF'
  | 'GGUF_VERSION'
  | 'GGUF_TRUNCATED'
  | 'GGUF_TOO_LARGE'
  | 'GGUF_METADATA'
  | 'GGUF_TENSOR'
  | 'GGUF_MISSING'
  | 'GGUF_UNSUPPORTED'
  | 'GGUF_NOT_FINITE';

/** A fault in a GGUF file. The message names the file, and the key, tensor and byte where it lies. */
export class GgufError extends CheckpointError {
  override readonly code: GgufErrorCode;
  /** The tensor concerned, if it is one tensor's fault; the message names it where the sentence needs it. */
  override readonly tensor: string | undefined;

  constructor(code: GgufErrorCode, file: string, message: string, tensor?: string) {
    super(code, message, { file });
    this.code = code;
    this.tensor = tensor;
  }
}
