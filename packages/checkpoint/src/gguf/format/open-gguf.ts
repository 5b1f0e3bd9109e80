/** Opens a GGUF file of this machine. */
import { openSource } from './open-source.ts';
import { type GgufFile, openGgufSource, type ReadOptions } from './read.ts';

/**
 * Opens a GGUF file: reads and checks its header; tensors are read when they are asked for.
 *
 * @throws GgufError when the header is at fault, or the system's error when the file cannot be opened
 */
export async function openGguf(path: string, options: ReadOptions = {}): Promise<GgufFile> {
  return openGgufSource(await openSource(path), options);
}
