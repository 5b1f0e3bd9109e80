/** Reads a bank from its folder. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { crossCheck } from './cross-check.ts';
import { contentHash } from './hash.ts';
import { parseQuestionMarkdown, parseTranscriptMarkdown } from './markdown.ts';
import { readYaml } from './read-yaml.ts';
import { CalibrationFile, KitFile, QuestionFile } from './schema.ts';
import {
  type Bank,
  BankError,
  type CalibrationSet,
  type CalibrationTranscript,
  type Finding,
  type Kit,
  type Question,
} from './types.ts';

interface Reading {
  root: string;
  findings: Finding[];
  /** Where each thing was read from, for faults that show only when things are put together. */
  files: Map<object, string>;
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(path, name))
    .sort();
}

async function read(
  { root, findings }: Reading,
  path: string,
): Promise<{ source: string; file: string } | undefined> {
  const file = relative(root, path).split(sep).join('/');
  try {
    const source = await readFile(path, 'utf8');
    return { source: source.replace(/^\uFEFF/, ''), file };
  } catch {
    findings.push({
      severity: 'error',
      code: 'missing-file',
      file,
      message: 'the file is missing or cannot be read',
    });
    return undefined;
  }
}

async function readQuestion(reading: Reading, folder: string, area: string): Promise<Question | undefined> {
  const [meta, zh, en] = await Promise.all(
    ['question.yaml', 'zh.md', 'en.md'].map((name) => read(reading, join(folder, name))),
  );
  if (!meta || !zh || !en) return undefined;
  const yaml = readYaml(meta.source, meta.file, QuestionFile);
  const chinese = parseQuestionMarkdown(zh.source, zh.file, 'zh-CN');
  const english = parseQuestionMarkdown(en.source, en.file, 'en');
  reading.findings.push(...yaml.findings, ...chinese.findings, ...english.findings);
  if (!yaml.value || !chinese.value || !english.value) return undefined;
  if (yaml.value.id !== basename(folder))
    reading.findings.push({
      severity: 'error',
      code: 'id-folder',
      file: meta.file,
      line: 1,
      message: `id is "${yaml.value.id}", the folder is "${basename(folder)}"`,
    });
  const content = { ...yaml.value, area, text: { 'zh-CN': chinese.value, en: english.value } };
  const question: Question = { ...content, hash: await contentHash(content) };
  reading.files.set(question, meta.file.replace(/question\.yaml$/, ''));
  return question;
}

async function readKit(reading: Reading, path: string): Promise<Kit | undefined> {
  const found = await read(reading, path);
  if (!found) return undefined;
  const { value, findings } = readYaml(found.source, found.file, KitFile);
  reading.findings.push(...findings);
  if (!value) return undefined;
  const content = {
    id: value.id,
    scaleFamily: value.scaleFamily,
    text: {
      'zh-CN': { title: value.title['zh-CN'], summary: value.summary['zh-CN'] },
      en: { title: value.title.en, summary: value.summary.en },
    },
    competencies: value.competencies.map(({ id, weight, title, description }) => ({
      id,
      weight,
      text: {
        'zh-CN': { title: title['zh-CN'], description: description['zh-CN'] },
        en: { title: title.en, description: description.en },
      },
    })),
    items: value.items,
  };
  const kit: Kit = { ...content, hash: await contentHash(content) };
  reading.files.set(kit, found.file);
  return kit;
}

async function readCalibration(reading: Reading, folder: string): Promise<CalibrationSet | undefined> {
  const found = await read(reading, join(folder, 'set.yaml'));
  if (!found) return undefined;
  const { value, findings } = readYaml(found.source, found.file, CalibrationFile);
  reading.findings.push(...findings);
  if (!value) return undefined;
  const transcripts: CalibrationTranscript[] = [];
  for (const entry of value.transcripts) {
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
  const set: CalibrationSet = { ...content, hash: await contentHash(content) };
  reading.files.set(set, found.file);
  return set;
}

/** Everything that can be read, and everything that is wrong. */
export async function readBank(root: string): Promise<{ bank: Bank; findings: Finding[] }> {
  const reading: Reading = { root, findings: [], files: new Map() };
  const questions = new Map<string, Question>();
  const kits = new Map<string, Kit>();
  const calibrations = new Map<string, CalibrationSet>();
  const keep = <T extends object>(into: Map<string, T>, id: string, thing: T): void => {
    if (into.has(id))
      reading.findings.push({
        severity: 'error',
        code: 'duplicate-id',
        file: reading.files.get(thing) ?? '',
        message: `"${id}" is taken by ${reading.files.get(into.get(id) ?? thing)}`,
      });
    else into.set(id, thing);
  };
  for (const area of await folders(join(root, 'questions')))
    for (const folder of await folders(area)) {
      const question = await readQuestion(reading, folder, basename(area));
      if (question) keep(questions, question.id, question);
    }
  const kitFiles = (await readdir(join(root, 'kits')).catch(() => []))
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  for (const name of kitFiles) {
    const kit = await readKit(reading, join(root, 'kits', name));
    if (kit) keep(kits, kit.id, kit);
  }
  for (const folder of await folders(join(root, 'calibration'))) {
    const set = await readCalibration(reading, folder);
    if (set) keep(calibrations, set.family, set);
  }
  if (questions.size === 0 && reading.findings.length === 0)
    reading.findings.push({
      severity: 'error',
      code: 'empty',
      file: 'questions',
      message: `there is no question under ${root}`,
    });
  const hash = await contentHash(
    [...questions.values(), ...kits.values(), ...calibrations.values()].map((thing) => thing.hash),
  );
  const bank: Bank = { questions, kits, calibrations, hash };
  reading.findings.push(...crossCheck(bank, (thing) => reading.files.get(thing) ?? ''));
  return { bank, findings: reading.findings };
}

/**
 * Loads a bank.
 * @param root the folder that holds `questions/`, `kits/` and `calibration/`
 * @throws BankError naming file and line of every fault
 */
export async function loadBank(root: string): Promise<Bank> {
  const { bank, findings } = await readBank(root);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new BankError(errors);
  return bank;
}

/** All findings, warnings too; an empty list means that the bank is sound. */
export async function checkBank(root: string): Promise<Finding[]> {
  return (await readBank(root)).findings;
}
