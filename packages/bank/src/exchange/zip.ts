/**
 * ZIP files (PKWARE APPNOTE 6.3.10): written without surprises, read without trust. Only what exchange formats use is
 * accepted: stored or deflated entries, one disk, no encryption, no ZIP64.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { ExchangeError } from './exchange-error.ts';

export type Files = Map<string, Uint8Array>;

export interface ZipLimits {
  /** Bytes of the packed file. */
  packed: number;
  /** Bytes of one file unpacked, and of all together. */
  file: number;
  total: number;
  files: number;
}

/** Many times a large bank: the shipped one unpacks to 1 MB in 250 files. */
export const ZIP_LIMITS: ZipLimits = {
  packed: 16 * 2 ** 20,
  file: 16 * 2 ** 20,
  total: 64 * 2 ** 20,
  files: 10_000,
};

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** The name is UTF-8. */
const UTF8 = 0x0800;
const ENCRYPTED = 0x0041;
const STORED = 0;
const DEFLATED = 8;
/** 1 January 1980, 00:00: the same content gives the same bytes. */
const DOS_DATE = 0x0021;
/** Of Unix attributes, a symbolic link. */
const LINK = 0o120000;
const KIND = 0o170000;

/** Packs files in the order given. */
export function writeZip(files: Iterable<readonly [string, Uint8Array]>): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  let count = 0;
  for (const [name, content] of files) {
    const path = Buffer.from(name, 'utf8');
    const deflated = deflateRawSync(content, { level: 9 });
    const method = deflated.length < content.length ? DEFLATED : STORED;
    const data = method === DEFLATED ? deflated : Buffer.from(content);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(LOCAL, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(UTF8, 6);
    head.writeUInt16LE(method, 8);
    head.writeUInt16LE(DOS_DATE, 12);
    head.writeUInt32LE(crc32(content), 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt32LE(content.length, 22);
    head.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(CENTRAL, 0);
    entry.writeUInt16LE(20, 4);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(at, 42);
    parts.push(head, path, data);
    directory.push(entry, path);
    at += head.length + path.length + data.length;
    count++;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

/** Whether a file begins as a ZIP does. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 22 && bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

/** Why a name would leave the folder that it is unpacked in, or could not be unpacked everywhere. */
function unsafe(name: string): string | undefined {
  if (name === '' || name.length > 500) return 'a name of 1 to 500 characters is needed';
  if (/[\p{Cc}\\]/u.test(name)) return 'its name holds a backslash or a control character';
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'its name is an absolute path';
  if (name.split('/').some((part) => part === '..' || part === '.'))
    return 'its name leads out of the folder';
  return undefined;
}

function findEnd(bytes: Buffer, file: string): number {
  // The comment behind the record is at most 65,535 bytes long.
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--)
    if (bytes.readUInt32LE(at) === END && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return at;
  throw new ExchangeError('bad-zip', file, 'this is no ZIP file, or it is cut off: its directory is missing');
}

interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

function readEntry(bytes: Buffer, at: number, file: string): { entry: Entry; next: number } {
  if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL)
    throw new ExchangeError('bad-zip', file, 'the directory of the ZIP file is damaged', `byte ${at}`);
  const flags = bytes.readUInt16LE(at + 8);
  const lengths = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
  const [nameLength = 0] = lengths;
  const next = at + 46 + lengths.reduce((sum, length) => sum + length, 0);
  if (next > bytes.length)
    throw new ExchangeError('bad-zip', file, 'the directory of the ZIP file is cut off', `byte ${at}`);
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at + 46, at + 46 + nameLength));
  } catch {
    throw new ExchangeError('encoding', file, 'the name of an entry is not UTF-8', `byte ${at}`);
  }
  const entry: Entry = {
    name,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  };
  const place = `entry "${name.slice(0, 80)}"`;
  const why = unsafe(name);
  if (why) throw new ExchangeError('unsafe-path', file, why, place);
  if (((bytes.readUInt32LE(at + 38) >>> 16) & KIND) === LINK)
    throw new ExchangeError('unsafe-path', file, 'links are not accepted', place);
  if (flags & ENCRYPTED)
    throw new ExchangeError('bad-zip', file, 'encrypted entries are not accepted', place);
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw new ExchangeError('bad-zip', file, `compression method ${entry.method} is not supported`, place);
  if ([entry.packed, entry.size, entry.offset].includes(0xffffffff))
    throw new ExchangeError('bad-zip', file, 'ZIP64 is not supported', place);
  return { entry, next };
}

function unpack(bytes: Buffer, entry: Entry, most: number, file: string): Uint8Array {
  const { name, method, crc, packed, size, offset } = entry;
  const place = `entry "${name.slice(0, 80)}"`;
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL)
    throw new ExchangeError('bad-zip', file, 'the directory points to where no entry is', place);
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (start + packed > bytes.length) throw new ExchangeError('bad-zip', file, 'the entry is cut off', place);
  const data = bytes.subarray(start, start + packed);
  let content: Uint8Array;
  try {
    // The declared size is not believed: inflating stops at the limit whatever stands there.
    content = method === STORED ? data : inflateRawSync(data, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new ExchangeError('too-large', file, `it unpacks to more than ${most} bytes`, place);
    throw new ExchangeError('bad-zip', file, 'its data cannot be unpacked', place);
  }
  if (content.length !== size || crc32(content) !== crc)
    throw new ExchangeError('bad-zip', file, 'its data do not match the size and checksum given', place);
  return new Uint8Array(content);
}

/**
 * Unpacks a ZIP file into memory. Folders are left out.
 * @param file what to call it in faults
 * @throws ExchangeError where a name leads out of the folder, an entry is a link, encrypted or damaged, or a limit is passed
 */
export function readZip(packed: Uint8Array, file: string, limits: ZipLimits = ZIP_LIMITS): Files {
  if (packed.length > limits.packed)
    throw new ExchangeError('too-large', file, `${packed.length} bytes; at most ${limits.packed} are read`);
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  if (bytes.length < 22) throw new ExchangeError('bad-zip', file, 'this is no ZIP file');
  const end = findEnd(bytes, file);
  const count = bytes.readUInt16LE(end + 10);
  if (count > limits.files)
    throw new ExchangeError('too-large', file, `${count} entries; at most ${limits.files} are read`);
  const files: Files = new Map();
  const seen = new Set<string>();
  let at = bytes.readUInt32LE(end + 16);
  let total = 0;
  for (let index = 0; index < count; index++) {
    const { entry, next } = readEntry(bytes, at, file);
    at = next;
    if (entry.name.endsWith('/')) continue;
    // Two names that differ in case only would become one file on some systems.
    const key = entry.name.toLowerCase().normalize('NFC');
    if (seen.has(key))
      throw new ExchangeError('bad-zip', file, 'the same name stands twice', `entry "${entry.name}"`);
    seen.add(key);
    const content = unpack(bytes, entry, Math.min(limits.file, limits.total - total), file);
    total += content.length;
    files.set(entry.name, content);
  }
  return files;
}

/** Decodes UTF-8, with or without a byte order mark. @throws ExchangeError */
export function utf8(bytes: Uint8Array, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new ExchangeError('encoding', file, 'this is UTF-16; save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    let line = 1;
    let good = 0;
    // The line of the first byte that does not fit, for the person who has to find it.
    const lenient = new TextDecoder('utf-8').decode(bytes);
    good = lenient.indexOf('\ufffd');
    for (const char of lenient.slice(0, Math.max(0, good))) if (char === '\n') line++;
    throw new ExchangeError('encoding', file, 'the text is not UTF-8; save it as UTF-8', `line ${line}`);
  }
}
