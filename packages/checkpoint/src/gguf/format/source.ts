/** Random access to the bytes of a file that may be far larger than memory. */
import { FileError } from '../../errors.ts';

export interface ByteSource {
  /** What messages call it: the path. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`; the caller has checked that they exist. @param tensor for messages */
  read(offset: number, length: number, tensor?: string): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Bytes already in memory, as a source. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
    close: async () => {},
  };
}

/** A file that a person has chosen in a browser: ranges are read from it when asked for, and nowhere sent. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length, tensor) {
      const where = { file: name, tensor };
      // Browsers refuse to read a file that has changed since it was chosen, or that takes more than they can hold.
      const bytes = await blob
        .slice(offset, offset + length)
        .arrayBuffer()
        .catch((cause) => {
          throw new FileError('NOT_READABLE', `cannot be read (${String(cause)}).`, where, { cause });
        });
      if (bytes.byteLength !== length)
        throw new FileError('SHRUNK', `ends at byte ${offset + bytes.byteLength}, too early.`, where);
      return new Uint8Array(bytes);
    },
    close: async () => {},
  };
}
