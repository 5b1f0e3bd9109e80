/** Reads a bank from its folder. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { crossCheck, type Origin } from './cross-check.ts';
import { contentHash } from './hash.ts';
import { parseQuestionMarkdown, parseTranscriptMarkdown, TEXT_FILE_NAMES } from './markdown.ts';
import { quotesOf } from './practice-quotes.ts';
import { readYaml } from './read-yaml.ts';
import { CalibrationFile, CompetenciesFile, ErrataFile, KitFile, QuestionFile, Slug } from './schema.ts';
import {
  type Bank,
  BankError,
  type CalibrationSet,
  type CalibrationTranscript,
  type Competency,
  type Errata,
  type Finding,
  type Kit,
  type Locale,
  type PracticeTranscript,
  type Question,
} from './types.ts';

interface Reading {
  root: string;
  findings: Finding[];
  /** Where each thing was read from, for faults that show only when things are put together. */
  origins: Map<object, Origin>;
}

type Shape = {
  files: 'none' | ((name: string) => boolean);
  folders: boolean | ((name: string) => boolean);
};

const fault = (reading: Reading, code: string, file: string, message: string, line?: number) =>
  reading.findings.push({ severity: 'error', code, file, message, ...(line ? { line } : {}) });

/** Paths with forward slashes, relative to the bank. */
const relativeTo = (root: string, path: string): string => relative(root, path).split(sep).join('/');

/**
 * The names in a folder, sorted; what does not belong there (stray files, links, names that are no slugs) is a fault.
 * Hidden files and a README are left alone.
 */
async function list(reading: Reading, path: string, shape: Shape): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  const file = relativeTo(reading.root, path);
  if (!entries) {
    fault(reading, 'missing-folder', file, 'the folder is missing or cannot be read');
    return [];
  }
  const names: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.') || name === 'README.md') continue;
    const fits = entry.isDirectory()
      ? (typeof shape.folders === 'boolean' ? shape.folders : shape.folders(name)) &&
        Slug.safeParse(name).success
      : entry.isFile() && shape.files !== 'none' && shape.files(name);
    if (fits) names.push(name);
    else fault(reading, 'path', `${file}/${name}`, 'this name does not belong here');
  }
  return names.sort();
}

async function read(reading: Reading, path: string): Promise<{ source: string; file: string } | undefined> {
  const file = relativeTo(reading.root, path);
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return { source, file };
  } catch (error) {
    if (error instanceof TypeError) fault(reading, 'encoding', file, 'the file is not UTF-8');
    else fault(reading, 'missing-file', file, 'the file is missing or cannot be read');
    return undefined;
  }
}

const QUESTION_FILES = ['question.yaml', ...TEXT_FILE_NAMES];

async function readQuestion(reading: Reading, folder: string, area: string): Promise<Question | undefined> {
  await list(reading, folder, { files: (name) => QUESTION_FILES.includes(name), folders: false });
  const [meta, zh, en] = await Promise.all(QUESTION_FILES.map((name) => read(reading, join(folder, name))));
  if (!meta || !zh || !en) return undefined;
  const yaml = readYaml(meta.source, meta.file, QuestionFile);
  const chinese = parseQuestionMarkdown(zh.source, zh.file, 'zh-CN');
  const english = parseQuestionMarkdown(en.source, en.file, 'en');
  reading.findings.push(...yaml.findings, ...chinese.findings, ...english.findings);
  if (!yaml.value || !chinese.value || !english.value) return undefined;
  if (yaml.value.id !== basename(folder)) {
    const message = `id is "${yaml.value.id}", the folder is "${basename(folder)}"`;
    fault(reading, 'id-folder', meta.file, message, yaml.lineOf('id'));
  }
  const content = { ...yaml.value, area, text: { 'zh-CN': chinese.value, en: english.value } };
  const question: Question = { ...content, hash: await contentHash(content) };
  reading.origins.set(question, {
    file: meta.file,
    lineOf: yaml.lineOf,
    text: {
      'zh-CN': { file: zh.file, lines: chinese.lines },
      en: { file: en.file, lines: english.lines },
    },
  });
  return question;
}

async function readCompetencies(reading: Reading): Promise<Map<string, Competency>> {
  const competencies = new Map<string, Competency>();
  const found = await read(reading, join(reading.root, 'competencies.yaml'));
  if (!found) return competencies;
  const { value, findings, lineOf } = readYaml(found.source, found.file, CompetenciesFile);
  reading.findings.push(...findings);
  for (const [index, { id, title, description, boundary }] of (value?.competencies ?? []).entries()) {
    const text = (locale: Locale) => ({
      title: title[locale],
      description: description[locale],
      boundary: boundary[locale],
    });
    const competency: Competency = { id, text: { 'zh-CN': text('zh-CN'), en: text('en') } };
    if (competencies.has(id)) {
      const message = `competency "${id}" stands twice`;
      fault(reading, 'competency-twice', found.file, message, lineOf('competencies', index));
    } else competencies.set(id, competency);
    reading.origins.set(competency, {
      file: found.file,
      lineOf: (...path) => lineOf('competencies', index, ...path),
    });
  }
  return competencies;
}

async function readErrata(reading: Reading): Promise<Errata> {
  const nothing = { title: '', intro: '' };
  const empty = { text: { 'zh-CN': nothing, en: nothing }, sources: [], entries: [], hash: '' };
  const found = await read(reading, join(reading.root, 'errata.yaml'));
  if (!found) return empty;
  const { value, findings, lineOf } = readYaml(found.source, found.file, ErrataFile);
  reading.findings.push(...findings);
  if (!value) return empty;
  const head = (locale: Locale) => ({ title: value.title[locale], intro: value.intro[locale] });
  const content = {
    text: { 'zh-CN': head('zh-CN'), en: head('en') },
    sources: value.sources,
    entries: value.entries.map(({ says, finding, ...entry }) => ({
      ...entry,
      text: {
        'zh-CN': { says: says['zh-CN'], finding: finding['zh-CN'] },
        en: { says: says.en, finding: finding.en },
      },
    })),
  };
  const errata: Errata = { ...content, hash: await contentHash(content) };
  reading.origins.set(errata, { file: found.file, lineOf });
  return errata;
}

async function readKit(
  reading: Reading,
  path: string,
  known: ReadonlyMap<string, Competency>,
): Promise<Kit | undefined> {
  const found = await read(reading, path);
  if (!found) return undefined;
  const { value, findings, lineOf } = readYaml(found.source, found.file, KitFile);
  reading.findings.push(...findings);
  if (!value) return undefined;
  if (`${value.id}.yaml` !== basename(path))
    fault(
      reading,
      'id-folder',
      found.file,
      `id is "${value.id}", the file is "${basename(path)}"`,
      lineOf('id'),
    );
  const content = {
    id: value.id,
    scaleFamily: value.scaleFamily,
    text: {
      'zh-CN': { title: value.title['zh-CN'], summary: value.summary['zh-CN'] },
      en: { title: value.title.en, summary: value.summary.en },
    },
    competencies: value.competencies.map(({ id, ...blueprint }) => {
      const text = (locale: Locale) => {
        const { title = id, description = '' } = known.get(id)?.text[locale] ?? {};
        return { title, description };
      };
      return { id, ...blueprint, text: { 'zh-CN': text('zh-CN'), en: text('en') } };
    }),
    items: value.items,
    minutes: value.minutes,
  };
  const kit: Kit = { ...content, hash: await contentHash(content) };
  reading.origins.set(kit, { file: found.file, lineOf });
  return kit;
}

/** Those of the entries whose texts can be read in both languages; faults of the others are told. */
async function readTranscripts(
  reading: Reading,
  folder: string,
  entries: readonly Pick<CalibrationTranscript, 'id' | 'question' | 'expert'>[],
): Promise<CalibrationTranscript[]> {
  const transcripts: CalibrationTranscript[] = [];
  for (const entry of entries) {
    const [zh, en] = await Promise.all(
      ['zh', 'en'].map((name) => read(reading, join(folder, `${entry.id}.${name}.md`))),
    );
    if (!zh || !en) continue;
    const chinese = parseTranscriptMarkdown(zh.source, zh.file, 'zh-CN');
    const english = parseTranscriptMarkdown(en.source, en.file, 'en');
    reading.findings.push(...chinese.findings, ...english.findings);
    if (chinese.value && english.value)
      transcripts.push({ ...entry, text: { 'zh-CN': chinese.value, en: english.value } });
  }
  return transcripts;
}

async function readCalibration(reading: Reading, folder: string): Promise<CalibrationSet | undefined> {
  const found = await read(reading, join(folder, 'set.yaml'));
  if (!found) return undefined;
  const { value, findings, lineOf } = readYaml(found.source, found.file, CalibrationFile);
  reading.findings.push(...findings);
  if (!value) return undefined;
  if (value.family !== basename(folder)) {
    const message = `family is "${value.family}", the folder is "${basename(folder)}"`;
    fault(reading, 'id-folder', found.file, message, lineOf('family'));
  }
  const filesOf = (entries: readonly { id: string }[]) =>
    new Set(entries.flatMap(({ id }) => [`${id}.zh.md`, `${id}.en.md`]));
  const known = filesOf(value.transcripts).add('set.yaml');
  await list(reading, folder, {
    files: (name) => known.has(name),
    folders: (name) => name === 'practice' && value.practice.length > 0,
  });
  if (value.practice.length > 0) {
    const ours = filesOf(value.practice);
    await list(reading, join(folder, 'practice'), { files: (name) => ours.has(name), folders: false });
  }
  const transcripts = await readTranscripts(reading, folder, value.transcripts);
  const practice = (await readTranscripts(reading, join(folder, 'practice'), value.practice)).map(
    (entry): PracticeTranscript => ({
      ...entry,
      quotes: { 'zh-CN': quotesOf(entry.text['zh-CN'].reason), en: quotesOf(entry.text.en.reason) },
    }),
  );
  const content = {
    family: value.family,
    text: {
      'zh-CN': { title: value.title['zh-CN'], intro: value.intro['zh-CN'] },
      en: { title: value.title.en, intro: value.intro.en },
    },
    pass: value.pass,
    validMonths: value.validMonths,
    transcripts,
  };
  const set: CalibrationSet = {
    ...content,
    practice,
    hash: await contentHash(content),
    practiceHash: await contentHash(practice),
  };
  reading.origins.set(set, { file: found.file, lineOf });
  return set;
}

/** Everything that can be read, and everything that is wrong. */
export async function readBank(root: string): Promise<{ bank: Bank; findings: Finding[] }> {
  const reading: Reading = { root, findings: [], origins: new Map() };
  const questions = new Map<string, Question>();
  const kits = new Map<string, Kit>();
  const calibrations = new Map<string, CalibrationSet>();
  const keep = <T extends object>(into: Map<string, T>, id: string, thing: T): void => {
    const other = into.get(id);
    if (!other) into.set(id, thing);
    else {
      const { file = '' } = reading.origins.get(thing) ?? {};
      fault(reading, 'duplicate-id', file, `"${id}" is taken by ${reading.origins.get(other)?.file}`, 1);
    }
  };
  const subfolders: Shape = { files: 'none', folders: true };
  for (const area of await list(reading, join(root, 'questions'), subfolders))
    for (const id of await list(reading, join(root, 'questions', area), subfolders)) {
      const question = await readQuestion(reading, join(root, 'questions', area, id), area);
      if (question) keep(questions, question.id, question);
    }
  const competencies = await readCompetencies(reading);
  const errata = await readErrata(reading);
  const isKit = (name: string) => name.endsWith('.yaml') && Slug.safeParse(name.slice(0, -5)).success;
  for (const name of await list(reading, join(root, 'kits'), { files: isKit, folders: false })) {
    const kit = await readKit(reading, join(root, 'kits', name), competencies);
    if (kit) keep(kits, kit.id, kit);
  }
  for (const family of await list(reading, join(root, 'calibration'), subfolders)) {
    const set = await readCalibration(reading, join(root, 'calibration', family));
    if (set) keep(calibrations, set.family, set);
  }
  if (questions.size === 0 && reading.findings.length === 0)
    fault(reading, 'empty', 'questions', 'there is no question in the bank');
  const parts = [...questions.values(), ...kits.values(), ...calibrations.values(), errata];
  const hashes = [
    ...parts.map(({ hash }) => hash),
    ...[...calibrations.values()].map(({ practiceHash }) => practiceHash),
  ].sort();
  const map = [...competencies.values()];
  const hash = await contentHash([...hashes, map]);
  const bank: Bank = { questions, competencies, errata, kits, calibrations, hash };
  reading.findings.push(...crossCheck(bank, (thing) => reading.origins.get(thing) ?? { file: '' }));
  return { bank, findings: reading.findings };
}

/**
 * Loads a bank.
 * @param dir the folder that holds `questions/`, `kits/` and `calibration/`
 * @throws BankError naming file and line of every fault
 */
export async function loadBank(dir: string): Promise<Bank> {
  const { bank, findings } = await readBank(dir);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new BankError(errors);
  return bank;
}

/** All findings, warnings too; an empty list means that the bank is sound. */
export async function checkBank(dir: string): Promise<Finding[]> {
  return (await readBank(dir)).findings;
}
