/** A file of this machine as a source of bytes. */
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from './source.ts';

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
