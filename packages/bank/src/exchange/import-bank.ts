/** Takes questions in from a file of any format, says what is wrong with them and what they would change. Writes nothing. */
import { type QuestionContent, toQuestion } from '../content.ts';
import { crossCheck, type Origin } from '../cross-check.ts';
import { canonicalJson } from '../hash.ts';
import { parseQuestionMarkdown, renderQuestionMarkdown } from '../markdown.ts';
import { QuestionFile, Slug } from '../schema.ts';
import { type Bank, type Finding, LOCALES, type Locale, type Question, type QuestionText } from '../types.ts';
import { changesOf, type FieldChange } from './changes.ts';
import { readCsv } from './csv.ts';
import { ExchangeError } from './exchange-error.ts';
import { readFolder } from './folder.ts';
import { readPackage } from './qti/read-package.ts';
import type { ReadKit } from './qti/read-test.ts';
import { fromTables, type Table, type TableQuestion } from './tables.ts';
import { readWorkbook } from './workbook.ts';
import { type Files, isZip, readZip } from './zip.ts';

export type ImportFormat = 'folder' | 'xlsx' | 'csv' | 'qti';

export interface ImportedQuestion {
  /** Ready to be proposed or written: it has the hash that the bank would give it. */
  question: Question;
  /** Where it was read from. */
  file: string;
  change: 'new' | 'changed' | 'same';
  fields: FieldChange[];
}

export interface ImportPreview {
  format: ImportFormat;
  questions: ImportedQuestion[];
  /** Kits that the file holds; those of a QTI package only. */
  kits: ReadKit[];
  /** By file and place. An error means that the question that it names is not sound. */
  findings: Finding[];
}

/** A question as read, not yet held against the bank. */
interface Candidate {
  file: string;
  place?: string;
  content: Omit<QuestionContent, 'text' | 'sources' | 'claims'> & {
    text: Partial<Record<Locale, QuestionText>>;
    sources?: QuestionContent['sources'];
    claims?: (Omit<QuestionContent['claims'][number], 'text'> & { text: Partial<Record<Locale, string>> })[];
  };
}

interface Reading {
  format: ImportFormat;
  candidates: Candidate[];
  kits: ReadKit[];
  findings: Finding[];
}

const fromTableQuestions = (format: ImportFormat, file: string, read: readonly TableQuestion[]): Reading => ({
  format,
  candidates: read.map(({ place, content }) => ({ file, place, content })),
  kits: [],
  findings: [],
});

function readTables(files: ReadonlyMap<string, Uint8Array>, file: string): Reading {
  const tables: Table[] = [];
  const names = new Map<string, string>();
  for (const name of ['questions', 'sources', 'claims'] as const) {
    const path = [...files.keys()].find((one) => one.split('/').at(-1) === `${name}.csv`);
    if (path === undefined) continue;
    names.set(name, path);
    tables.push({ name, rows: readCsv(files.get(path) ?? new Uint8Array(), path) });
  }
  return fromTableQuestions(
    'csv',
    names.get('questions') ?? file,
    fromTables(tables, (name) => names.get(name) ?? file),
  );
}

function readFiles(files: Files, file: string): Reading {
  const names = [...files.keys()];
  if (names.some((name) => /(^|\/)imsmanifest\.xml$/.test(name))) {
    const { questions, kits, findings } = readPackage(files);
    const candidates = questions.map(({ files: at, content }) => ({
      file: at['zh-CN'] ?? at.en ?? file,
      content,
    }));
    return { format: 'qti', candidates, kits, findings };
  }
  if (names.some((name) => /(^|\/)question\.yaml$/.test(name))) {
    const { questions, findings } = readFolder(files);
    const candidates = questions.flatMap(({ file: at, content }) => (content ? [{ file: at, content }] : []));
    return { format: 'folder', candidates, kits: [], findings };
  }
  if (names.some((name) => /(^|\/)questions\.csv$/.test(name))) return readTables(files, file);
  throw new ExchangeError(
    'not-a-package',
    file,
    'it holds neither imsmanifest.xml (QTI 3.0), question.yaml (our folder), questions.csv (tables) nor a workbook',
  );
}

/** Tells the format by what is in the file, not by its name. */
function read(bytes: Uint8Array, file: string): Reading {
  if (bytes.length === 0) throw new ExchangeError('not-a-package', file, 'the file is empty');
  if (!isZip(bytes)) {
    if (/^\s*</.test(new TextDecoder().decode(bytes.subarray(0, 64))))
      throw new ExchangeError(
        'not-a-package',
        file,
        'a single XML file is not taken in; pack it with its imsmanifest.xml',
      );
    const table: Table = { name: 'questions', rows: readCsv(bytes, file) };
    return fromTableQuestions(
      'csv',
      file,
      fromTables([table], () => file),
    );
  }
  const files = readZip(bytes, file);
  if (!files.has('xl/workbook.xml')) return readFiles(files, file);
  const sheets = readWorkbook(bytes, file);
  const tables = sheets.flatMap(({ name, rows }): Table[] => {
    const known = (['questions', 'sources', 'claims'] as const).find((one) => one === name.toLowerCase());
    return known ? [{ name: known, rows }] : [];
  });
  return fromTableQuestions(
    'xlsx',
    file,
    fromTables(tables, (name) => `${file}, sheet "${name}"`),
  );
}

/** As the bank's own files would hold it: no blanks around texts, one kind of line break. */
const tidy = (text: string): string => text.replace(/\r\n?/g, '\n').trim();
const tidyText = ({
  title,
  prompt,
  answer,
  anchors,
  probes,
  mistakes,
  fair,
  parallel,
}: QuestionText): QuestionText => {
  const [a, b, c, d, e] = anchors;
  return {
    title: tidy(title),
    prompt: tidy(prompt),
    answer: tidy(answer),
    anchors: [tidy(a), tidy(b), tidy(c), tidy(d), tidy(e)],
    probes: probes.map(tidy),
    mistakes: mistakes.map(tidy),
    fair: fair.map(tidy),
    ...(parallel === undefined ? {} : { parallel: tidy(parallel) }),
  };
};

/** Fills in what a format has not carried from the bank's own question; a finding for what is missing. */
function complete(
  { content, file, place }: Candidate,
  own: Question | undefined,
  findings: Finding[],
): QuestionContent | undefined {
  const where = place ? `${file}, ${place}` : file;
  const fault = (code: string, message: string, severity: Finding['severity'] = 'error') =>
    findings.push({ severity, code, file: where, message: `question "${content.id}": ${message}` });
  const text: Partial<Record<Locale, QuestionText>> = {};
  for (const locale of LOCALES) {
    const given = content.text[locale];
    const kept = own?.text[locale];
    if (given) text[locale] = tidyText(given);
    else if (kept) {
      text[locale] = kept;
      fault('language-kept', `it is not there in ${locale}; the bank's own text is kept`, 'warning');
    } else fault('language-missing', `it is not there in ${locale}; both languages are needed`);
  }
  const { 'zh-CN': chinese, en: english } = text;
  if (!chinese || !english) return undefined;
  const claims = (content.claims ?? own?.claims ?? []).flatMap((claim) => {
    const known = own?.claims.find(({ id }) => id === claim.id)?.text;
    const [zh, en] = LOCALES.map((locale) => claim.text[locale] ?? known?.[locale]);
    if (zh !== undefined && en !== undefined) return [{ ...claim, text: { 'zh-CN': zh, en } }];
    fault('language-missing', `claim "${claim.id}" is there in one language only`);
    return [];
  });
  const { area, text: _, ...rest } = content;
  const checked = QuestionFile.safeParse({ ...rest, sources: content.sources ?? own?.sources ?? [], claims });
  for (const { path, message } of checked.error?.issues ?? [])
    fault('schema', `${path.map(String).join('.')}: ${message}`);
  if (!Slug.safeParse(area).success) fault('schema', `area: "${area}" is no lower-case name with hyphens`);
  for (const [locale, one] of [
    ['zh-CN', chinese],
    ['en', english],
  ] as const) {
    const again = parseQuestionMarkdown(renderQuestionMarkdown(one, locale), where, locale);
    for (const { message } of again.findings) fault('text', `${locale}: ${message}`);
    if (again.value && canonicalJson(again.value) !== canonicalJson(one))
      fault(
        'text',
        `${locale}: a heading of the first three levels, or a list item of several lines, cannot stand in it`,
      );
  }
  if (!checked.success || findings.some((one) => one.severity === 'error' && one.file === where))
    return undefined;
  return { ...checked.data, area, text: { 'zh-CN': chinese, en: english } };
}

/**
 * Reads a file and holds it against the bank.
 * @param name the file's name, for faults
 * @throws ExchangeError where the file as a whole is refused: hostile, damaged, of no known format
 */
export async function previewImport(bytes: Uint8Array, name: string, bank: Bank): Promise<ImportPreview> {
  return preview(read(bytes, name), bank);
}

/** As `previewImport`, for files that lie in a folder. */
export async function previewFolder(files: Files, name: string, bank: Bank): Promise<ImportPreview> {
  return preview(readFiles(files, name), bank);
}

async function preview(
  { format, candidates, kits, findings: read }: Reading,
  bank: Bank,
): Promise<ImportPreview> {
  const findings = [...read];
  const questions: ImportedQuestion[] = [];
  for (const candidate of candidates) {
    const own = bank.questions.get(candidate.content.id);
    const content = complete(candidate, own, findings);
    if (!content) continue;
    const fields = changesOf(own, content);
    questions.push({
      question: await toQuestion(content),
      file: candidate.file,
      change: own === undefined ? 'new' : fields.length > 0 ? 'changed' : 'same',
      fields,
    });
  }
  if (candidates.length === 0 && findings.length === 0)
    findings.push({ severity: 'warning', code: 'empty', file: '', message: 'there is no question in it' });
  // The checks of the whole bank, as it would be with these questions in it; only what concerns them is reported.
  const coming = new Map(questions.map((one) => [one.question.id, one]));
  const merged = new Map([
    ...bank.questions,
    ...questions.map(({ question }) => [question.id, question] as const),
  ]);
  const origins = new Map<object, Origin>(questions.map(({ question, file }) => [question, { file }]));
  const elsewhere = '\0';
  const faults = crossCheck(
    { ...bank, questions: merged },
    (thing) => origins.get(thing) ?? { file: elsewhere },
  );
  findings.push(...faults.filter(({ file }) => file !== elsewhere && coming.size > 0));
  return { format, questions, kits, findings };
}
