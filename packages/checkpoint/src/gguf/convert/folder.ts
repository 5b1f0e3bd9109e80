/** What conversion needs of a Hugging Face folder: its JSON files, and its tensors as streams. */
import type { JsonObject } from './json.ts';

/** A tensor of the folder. */
export interface FolderTensor {
  readonly name: string;
  readonly type: 'F32' | 'F16' | 'BF16';
  /** Dimensions as safetensors and NumPy order them: the contiguous one last. */
  readonly shape: readonly number[];
  data(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface ConvertibleFolder {
  /** What messages call it: the path. */
  readonly path: string;
  readonly config: JsonObject;
  readonly generationConfig: JsonObject | undefined;
  readonly tokenizer: JsonObject | undefined;
  readonly tokenizerConfig: JsonObject | undefined;
  /** `tokenizer.model`, a SentencePiece model, where there is one. */
  readonly sentencePiece: Uint8Array | undefined;
  /** `chat_template.jinja`, where it stands in a file of its own. */
  readonly chatTemplate: string | undefined;
  readonly tensors: readonly FolderTensor[];
}
