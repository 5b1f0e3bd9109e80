/** Compresses and encrypts a backup with a passphrase, and back: gzip within age (https://age-encryption.org/v1). */
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { BackupError } from './backup-error.ts';
import { type Entry, readEntries, writeEntry } from './format.ts';

/** Shorter ones are found by trying. */
const SHORTEST = 12;

export interface SealOptions {
  passphrase: string;
  /** Base-2 logarithm of scrypt's cost; 18 takes a second. Lower only in tests. */
  work?: number;
}

/** Bytes of text that are compressed at once. */
const PIECE = 64 * 1024;

async function* pieces(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const entry of entries) {
    text += writeEntry(entry);
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text) yield Buffer.from(text);
}

/** What passed and failed is passed on: a stream that ends early must not look like one that is done. */
function through(source: Readable, filter: ReturnType<typeof createGzip>): Readable {
  source.once('error', (error) => filter.destroy(error));
  filter.once('close', () => source.destroy());
  return source.pipe(filter);
}

const webStream = (stream: Readable): ReadableStream<Uint8Array> =>
  Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>;

/** The bytes of a backup file. @throws BackupError `weak-passphrase` */
export async function sealBackup(
  entries: AsyncIterable<Entry>,
  { passphrase, work = 18 }: SealOptions,
): Promise<Readable> {
  if (passphrase.length < SHORTEST)
    throw new BackupError(
      'weak-passphrase',
      `The passphrase has ${passphrase.length} characters; take ${SHORTEST} or more, for example five random words.`,
    );
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(work);
  const compressed = through(Readable.from(pieces(entries), { objectMode: false }), createGzip());
  return Readable.fromWeb((await encrypter.encrypt(webStream(compressed))) as never);
}

const MAGIC = 'age-encryption.org/v1\n-> scrypt ';

/** Reads the first bytes without losing them. */
async function begins(file: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < MAGIC.length) {
    const { value, done } = await file.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* rejoin(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (;;) {
    const { value, done } = await rest.next();
    if (done) return;
    yield value;
  }
}

const altered = (cause: unknown): BackupError =>
  new BackupError(
    'damaged',
    'The backup was altered or cut short: it does not decrypt to its end. Use another copy.',
    { cause },
  );

async function* text(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of stream) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw altered(error);
  }
}

/**
 * The entries of a backup file, checked as they come.
 * @throws BackupError `not-a-backup`, `wrong-passphrase`, `damaged`, `newer`
 */
export async function* openBackup(
  file: AsyncIterable<Buffer>,
  { passphrase }: Pick<SealOptions, 'passphrase'>,
): AsyncGenerator<Entry> {
  const source = file[Symbol.asyncIterator]();
  const head = await begins(source);
  if (!head.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)))
    throw new BackupError(
      'not-a-backup',
      'The file is no backup of Viva: it does not begin as one encrypted with a passphrase by age.',
    );
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let plain: ReadableStream<Uint8Array>;
  try {
    plain = await decrypter.decrypt(webStream(Readable.from(rejoin(head, source), { objectMode: false })));
  } catch (error) {
    if (/no identity matched/.test((error as Error).message))
      throw new BackupError('wrong-passphrase', 'The passphrase does not open this backup.', {
        cause: error,
      });
    throw altered(error);
  }
  yield* readEntries(text(through(Readable.fromWeb(plain as never), createGunzip())));
}
