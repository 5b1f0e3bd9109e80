/** What every reader of a model file offers: the list of tensors, and one tensor's bytes at a time. */

/** One tensor as a file's header declares it. */
export interface TensorInfo {
  readonly name: string;
  /** The file format's own name of the number format: `F16`, `BF16`, `U8`, … for safetensors, `Q4_K`, … for GGUF. */
  readonly dtype: string;
  /** Row-major, slowest dimension first, as PyTorch prints it. A scalar has none. */
  readonly shape: readonly number[];
  /** Bytes in the file. */
  readonly byteLength: number;
  /** Where the first byte stands, from the beginning of `file`. */
  readonly offset: number;
  readonly file: string;
}

/** A model file, or a folder of shards, opened. Memory: the header, and what the caller holds of a tensor. */
export interface TensorReader {
  readonly files: readonly string[];
  /** In the order of files, within a file in the order of offsets. */
  readonly tensors: readonly TensorInfo[];
  /** Free text of the file's header, such as `format: pt`. */
  readonly metadata: Readonly<Record<string, string>>;
  find(name: string): TensorInfo | undefined;
  /** The whole tensor, in memory of its own. @throws FileError where the file has changed or shrunk since opening. */
  read(tensor: TensorInfo): Promise<Uint8Array<ArrayBuffer>>;
  /** The tensor in pieces of at most `chunkBytes` (a multiple of 16; 8 MiB unless told), in order. */
  chunks(tensor: TensorInfo, options?: ChunkOptions): AsyncIterable<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

export interface ChunkOptions {
  chunkBytes?: number;
  signal?: AbortSignal | undefined;
}

/** Number of elements of a shape; 1 for a scalar. The shape must have been checked to stay below 2^53. */
export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);
