/** A question as the three files of its folder. */
import { stringify } from 'yaml';
import type { QuestionContent } from './content.ts';
import { renderQuestionMarkdown, TEXT_FILES } from './markdown.ts';
import { LOCALES } from './types.ts';

export interface QuestionFileText {
  /** Relative to the bank's folder, with forward slashes. */
  path: string;
  text: string;
}

/** What `loadBank` reads the same content, and the same hash, back from. */
export function questionFolder(content: QuestionContent): QuestionFileText[] {
  const { area, text, ...meta } = content;
  const { id, kind, competency, difficulty, minutes, tags, lab, sources, claims } = meta;
  const folder = `questions/${area}/${id}`;
  const yaml = { id, kind, competency, difficulty, minutes, tags, ...(lab ? { lab } : {}), sources, claims };
  return [
    {
      path: `${folder}/question.yaml`,
      text: stringify(yaml, { lineWidth: 0, aliasDuplicateObjects: false }),
    },
    ...LOCALES.map((locale) => ({
      path: `${folder}/${TEXT_FILES[locale]}`,
      text: renderQuestionMarkdown(text[locale], locale),
    })),
  ];
}
