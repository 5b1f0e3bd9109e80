/** Questions as the files of the bank's own folder. */
import { stringify } from 'yaml';
import type { QuestionContent } from '../content.ts';
import { parseQuestionMarkdown, TEXT_FILES } from '../markdown.ts';
import { questionFolder } from '../question-files.ts';
import { readYaml } from '../read-yaml.ts';
import { QuestionFile } from '../schema.ts';
import { type Finding, LOCALES, type QuestionText } from '../types.ts';
import type { ReadKit } from './qti/read-test.ts';
import { type Files, utf8 } from './zip.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The YAML and the two texts of a question, by their paths in the bank's folder. */
export const questionFiles = (question: QuestionContent): Files =>
  new Map(questionFolder(question).map(({ path, text }) => [path, encode(text)]));

/** A kit by its path in the bank's folder. */
export function kitFile({ id, scaleFamily, text, competencies, items, minutes }: ReadKit): Files {
  const both = (of: 'title' | 'summary') => ({ 'zh-CN': text['zh-CN'][of], en: text.en[of] });
  const content = {
    id,
    scaleFamily,
    title: both('title'),
    summary: both('summary'),
    competencies: competencies.map((one) => ({
      id: one.id,
      weight: one.weight,
      least: one.least,
      reserve: one.reserve,
    })),
    items,
    minutes,
  };
  return new Map([[`kits/${id}.yaml`, encode(stringify(content, { lineWidth: 0 }))]]);
}

export interface FolderQuestion {
  file: string;
  content: QuestionContent | undefined;
}

/** Reads every question of a folder, wherever in a package it stands. What is wrong is in `findings`, by file and line. */
export function readFolder(files: Files): { questions: FolderQuestion[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const questions = [...files.keys()]
    .filter((name) => /(^|\/)question\.yaml$/.test(name))
    .sort()
    .map((name): FolderQuestion => {
      const folder = name.slice(0, -'question.yaml'.length);
      const area = folder.split('/').at(-3) ?? '';
      const meta = readYaml(utf8(files.get(name) ?? new Uint8Array(), name), name, QuestionFile);
      findings.push(...meta.findings);
      const texts = LOCALES.map((locale): QuestionText | undefined => {
        const file = folder + TEXT_FILES[locale];
        const bytes = files.get(file);
        if (!bytes) {
          findings.push({ severity: 'error', code: 'missing-file', file, message: 'the file is missing' });
          return undefined;
        }
        const { value, findings: faults } = parseQuestionMarkdown(utf8(bytes, file), file, locale);
        findings.push(...faults);
        return value;
      });
      const [chinese, english] = texts;
      const content =
        meta.value && chinese && english
          ? { ...meta.value, area, text: { 'zh-CN': chinese, en: english } }
          : undefined;
      return { file: name, content };
    });
  return { questions, findings };
}
