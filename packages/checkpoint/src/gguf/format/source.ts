/** Random access to the bytes of a file that may be far larger than memory. */
import { type FileHandle, open } from 'node:fs/promises';

export interface ByteSource {
  /** What messages call it: the path. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`; the caller has checked that they exist. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Opens a file for reading. @throws the system's error when it cannot be opened */
export async function openSource(path: string): Promise<ByteSource> {
  const handle: FileHandle = await open(path, 'r');
  const { size } = await handle.stat();
  return {
    name: path,
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new Error(`${path} shrank while it was read (at byte ${offset + done})`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
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
