/** Files that mean harm, or are broken: refused as a whole, with the file and the place named. */
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bank } from '../testing/answers.ts';
import { readCsv } from './csv.ts';
import { ExchangeError } from './exchange-error.ts';
import { exportBank } from './export-bank.ts';
import { previewImport } from './import-bank.ts';
import { writeItem } from './qti/write-item.ts';
import { fromTables, toTables } from './tables.ts';
import { writeWorkbook } from './workbook.ts';
import { parseXml } from './xml.ts';
import { readZip, writeZip } from './zip.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const zip = (files: Record<string, string>): Uint8Array =>
  writeZip(Object.entries(files).map(([name, text]) => [name, encode(text)] as const));
const read = (files: Record<string, string>) => previewImport(zip(files), 'in.zip', bank);

/** The refusal of a call, as code and message. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ExchangeError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** A ZIP file with the central directory's field at `offset` of its first entry changed. */
function patched(
  offset: number,
  write: (bytes: Buffer, at: number) => void,
  files = { 'a.txt': 'hello' },
): Uint8Array {
  const bytes = Buffer.from(zip(files));
  write(bytes, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + offset);
  return new Uint8Array(bytes);
}

describe('ZIP', () => {
  it.each([
    ['../../etc/passwd', /leads out of the folder/],
    ['a/../../b', /leads out of the folder/],
    ['/etc/passwd', /absolute path/],
    ['C:/windows', /absolute path/],
    ['a\\..\\b', /backslash/],
    ['a\u0000b', /control character/],
    ['', /a name of/],
  ])('refuses the name %j', (name, message) => {
    const said = refusal(() => readZip(zip({ [name]: 'x' }), 'in.zip'));
    expect(said).toMatch(/^unsafe-path: in\.zip, entry/);
    expect(said).toMatch(message);
  });

  it('refuses links, encryption, other methods, ZIP64, names twice', () => {
    const link = patched(38, (bytes, at) => bytes.writeUInt32LE((0o120777 << 16) >>> 0, at));
    expect(refusal(() => readZip(link, 'in.zip'))).toMatch(/unsafe-path.*entry "a.txt".*links/);
    const secret = patched(8, (bytes, at) => bytes.writeUInt16LE(1, at));
    expect(refusal(() => readZip(secret, 'in.zip'))).toMatch(/encrypted/);
    const method = patched(10, (bytes, at) => bytes.writeUInt16LE(12, at));
    expect(refusal(() => readZip(method, 'in.zip'))).toMatch(/compression method 12/);
    const large = patched(24, (bytes, at) => bytes.writeUInt32LE(0xffffffff, at));
    expect(refusal(() => readZip(large, 'in.zip'))).toMatch(/ZIP64/);
    expect(refusal(() => readZip(zip({ 'a.txt': '1', 'A.TXT': '2' }), 'in.zip'))).toMatch(
      /same name stands twice/,
    );
  });

  it('refuses what unpacks to more than it should, whatever sizes it declares', () => {
    const zeros = new Uint8Array(40 * 2 ** 20);
    const bomb = writeZip([['bomb.txt', zeros]]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(refusal(() => readZip(bomb, 'in.zip'))).toMatch(
      /too-large: in\.zip, entry "bomb\.txt": it unpacks to more than/,
    );
    const lying = Buffer.from(bomb);
    lying.writeUInt32LE(10, lying.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
    expect(refusal(() => readZip(new Uint8Array(lying), 'in.zip'))).toMatch(/too-large/);
    // Many entries, each within bounds, over the same data.
    const many = writeZip(
      Array.from({ length: 8 }, (_, index) => [`${index}.txt`, new Uint8Array(15 * 2 ** 20)] as const),
    );
    expect(refusal(() => readZip(many, 'in.zip'))).toMatch(/too-large: in\.zip, entry "4\.txt"/);
    expect(refusal(() => readZip(new Uint8Array(17 * 2 ** 20), 'in.zip'))).toMatch(/too-large.*at most/);
  });

  it('refuses data that do not fit their checksum, and files that are cut off', () => {
    const whole = zip({ 'a.txt': 'hello hello hello' });
    const changed = patched(16, (bytes, at) => bytes.writeUInt32LE(crc32('other'), at));
    expect(refusal(() => readZip(changed, 'in.zip'))).toMatch(/checksum/);
    for (const length of [0, 10, 30, whole.length - 1])
      expect(refusal(() => readZip(whole.subarray(0, length), 'in.zip'))).toMatch(/^bad-zip/);
    expect(deflateRawSync('x').length).toBeGreaterThan(0);
  });

  it('never fails in any other way, whatever bytes are turned', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        (turns) => {
          const bytes = zip({ 'imsmanifest.xml': '<a/>', 'b/c.txt': 'hello hello hello hello' });
          for (const [at, value] of turns) bytes[at % bytes.length] = value;
          refusal(() => readZip(bytes, 'in.zip'));
        },
      ),
      { numRuns: 500 },
    ));
});

describe('XML', () => {
  it.each([
    [
      'a document type with entities that grow',
      '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>',
      /^dtd: in\.xml, line 1: document types/,
    ],
    ['an entity from elsewhere', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /^dtd/],
    ['a document type from elsewhere', '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', /^dtd/],
    ['an entity that is not there', '<a>\n&nbsp;</a>', /^bad-xml: in\.xml, line 2: undefined entity/],
    ['a tag that is not closed', '<a>\n<b></a>', /^bad-xml: in\.xml, line 2/],
    ['two roots', '<a/><b/>', /^bad-xml/],
    ['nothing', '', /^bad-xml/],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', /^encoding.*ISO-8859-1/],
    ['nesting without end', '<a>'.repeat(5000), /^too-large.*100 deep/],
    ['a prefix without namespace', '<x:a/>', /^bad-xml/],
  ])('refuses %s', (_, source, message) => {
    expect(refusal(() => parseXml(encode(source), 'in.xml'))).toMatch(message);
  });

  it('refuses UTF-16 and Latin-1, naming the line', () => {
    const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from('<a/>', 'utf16le')]);
    expect(refusal(() => parseXml(utf16, 'in.xml'))).toMatch(/^encoding: in\.xml: this is UTF-16/);
    const latin = new Uint8Array(Buffer.from('<a>\n\n\xe9</a>', 'latin1'));
    expect(refusal(() => parseXml(latin, 'in.xml'))).toMatch(
      /^encoding: in\.xml, line 3: the text is not UTF-8/,
    );
  });

  it('does not write what XML cannot hold', () => {
    const question = bank.questions.get('lora')!;
    const bad = { ...question, text: { ...question.text, en: { ...question.text.en, title: 'a\u0007b' } } };
    expect(refusal(() => writeItem(bad, 'en', 'items/lora.en.xml'))).toMatch(
      /^unrepresentable: items\/lora\.en\.xml: the character U\+0007 cannot stand in XML/,
    );
  });
});

describe('packages', () => {
  const item = writeItem(bank.questions.get('lora')!, 'en', 'x');
  const manifest = (resource: string) =>
    `<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="m"><organizations/><resources>\n${resource}</resources></manifest>`;
  const resource = (href: string) => `<resource identifier="r" type="imsqti_item_xmlv3p0" href="${href}"/>`;

  it.each([
    ['no manifest', { 'a.txt': '' }, /not-a-package.*neither imsmanifest\.xml/],
    [
      'a manifest of QTI 2',
      { 'imsmanifest.xml': '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"/>' },
      /another format or version/,
    ],
    [
      'a file that is listed and not there',
      { 'imsmanifest.xml': manifest(resource('a.xml')) },
      /imsmanifest\.xml, line 2: "a\.xml" is listed and not there/,
    ],
    [
      'an address that leads out',
      { 'imsmanifest.xml': manifest(resource('../../etc/passwd')) },
      /unsafe-path.*line 2.*leads out/,
    ],
    [
      'an encoded address that leads out',
      { 'imsmanifest.xml': manifest(resource('%2e%2e/a.xml')) },
      /unsafe-path/,
    ],
    [
      'an address on the web',
      { 'imsmanifest.xml': manifest(resource('https://example.org/a.xml')) },
      /unsafe-path/,
    ],
    [
      'an item of QTI 2',
      { 'imsmanifest.xml': manifest(resource('a.xml')), 'a.xml': '<assessmentItem/>' },
      /a\.xml, line 1: the element is <assessmentItem>.*QTI 2/,
    ],
    [
      'an item without a body',
      {
        'imsmanifest.xml': manifest(resource('a.xml')),
        'a.xml': '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"/>',
      },
      /no <qti-item-body>/,
    ],
    [
      'a claim whose check is no JSON',
      {
        'imsmanifest.xml': manifest(resource('a.xml')),
        'a.xml': item.replace(
          '</qti-item-body>',
          '<qti-rubric-block view="author" use="ext:x" class="viva-lab"><qti-content-body><p>{</p></qti-content-body></qti-rubric-block></qti-item-body>',
        ),
      },
      /bad-qti: a\.xml/,
    ],
  ])('refuses %s', async (_, files, message) => {
    const error = await read(files as unknown as Record<string, string>).then(
      () => undefined,
      (reason: unknown) => reason as ExchangeError,
    );
    expect(error).toBeInstanceOf(ExchangeError);
    expect(`${error?.code}: ${error?.message}`).toMatch(message);
  });

  it('refuses an XML file by itself, an empty file and bytes of no kind', async () => {
    await expect(previewImport(encode(item), 'a.xml', bank)).rejects.toThrow(/a\.xml: a single XML file/);
    await expect(previewImport(new Uint8Array(), 'a', bank)).rejects.toThrow(/empty/);
    await expect(previewImport(new Uint8Array([0xff, 1, 2, 3]), 'a', bank)).rejects.toThrow(/not UTF-8/);
  });
});

describe('tables', () => {
  const [questions] = toTables([bank.questions.get('lora')!]);
  const cell = (column: string, value: string) => {
    const rows = questions!.rows.map((row) => [...row]);
    rows[1]![rows[0]!.indexOf(column)] = value;
    return [{ ...questions!, rows }];
  };
  it('names the cell that cannot be read', () => {
    expect(refusal(() => fromTables(cell('difficulty', 'hard'), () => 'q.csv'))).toMatch(
      /bad-table: q\.csv, E2: "hard" under "difficulty" is not a number/,
    );
    expect(refusal(() => fromTables(cell('id', ''), () => 'q.csv'))).toMatch(/q\.csv, A2: the id is missing/);
    expect(
      refusal(() => fromTables([{ name: 'questions', rows: [['id', 'colour']] }], () => 'q.csv')),
    ).toMatch(/q\.csv, B1: unknown column "colour"; the columns are: id/);
    expect(refusal(() => fromTables([{ name: 'questions', rows: [['id']] }], () => 'q.csv'))).toMatch(
      /columns are missing: area/,
    );
    const twice = [{ ...questions!, rows: [...questions!.rows, questions!.rows[1]!] }];
    expect(refusal(() => fromTables(twice, () => 'q.csv'))).toMatch(/A3: the id "lora" stands at A2 already/);
  });
  it('names the line of a quotation mark that never closes', () => {
    expect(refusal(() => readCsv(encode('a,b\n1,"2\n3'), 'q.csv'))).toMatch(
      /q\.csv, line 2: a quotation mark is opened/,
    );
  });
  it('refuses a cell too long for Excel', () => {
    const long = [{ name: 's', rows: [['a'], ['x'.repeat(32_768)]] }];
    expect(refusal(() => writeWorkbook(long))).toMatch(/unrepresentable: s, A2/);
  });
  it('says which question is not sound, and takes the others', async () => {
    const { bytes } = exportBank(bank, { format: 'csv', area: 'agents' });
    const files = readZip(bytes, 'x');
    const table = new TextDecoder()
      .decode(files.get('questions.csv'))
      .replace(',retrieval-agents,', ',no-such-competency,');
    files.set('questions.csv', encode(table));
    const preview = await previewImport(writeZip(files), 'x.zip', bank);
    const changes = preview.questions.map(({ change }) => change);
    expect(changes.filter((change) => change !== 'same')).toEqual(['changed']);
    expect(changes.length).toBeGreaterThan(1);
    expect(preview.findings.map(({ code, severity }) => `${severity} ${code}`)).toContain(
      'error no-such-competency',
    );
  });
});
