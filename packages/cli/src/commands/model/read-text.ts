/** The text that models are measured on: a file, or standard input. */
import { readFile } from 'node:fs/promises';
import { CommandFailure } from '../../failure.ts';

/** @param file a path, or `-` for standard input */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  if (file === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    bytes = Buffer.concat(chunks);
  } else
    bytes = await readFile(file).catch((error: Error) => {
      throw new CommandFailure(`${file} could not be read: ${error.message}`);
    });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandFailure(`${file} is not UTF-8 text.`);
  }
  if (text.trim() === '') throw new CommandFailure(`${file} has no text in it.`);
  return text;
}
