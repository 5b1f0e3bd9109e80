/** Writes a result file whole or not at all: aside, flushed, then renamed. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CommandFailure } from '../failure.ts';

/** @throws CommandFailure naming the file when it cannot be written; no part of it then stands under its name */
export async function writeOutput(
  file: string,
  chunks: Iterable<string> | AsyncIterable<string> | Uint8Array,
): Promise<void> {
  const aside = `${file}.${process.pid}.part`;
  let handle: FileHandle | null = null;
  try {
    handle = await open(aside, 'w');
    if (chunks instanceof Uint8Array) {
      await handle.writeFile(chunks);
      chunks = [];
    }
    let held: string[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      held.push(chunk);
      size += chunk.length;
      if (size < 262_144) continue;
      await handle.appendFile(held.join(''));
      held = [];
      size = 0;
    }
    await handle.appendFile(held.join(''));
    await handle.sync();
    await handle.close();
    handle = null;
    await rename(aside, file);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(aside, { force: true });
    if (error instanceof Error && 'code' in error && 'syscall' in error)
      throw new CommandFailure(`${file} could not be written: ${error.message}`);
    throw error;
  }
}
