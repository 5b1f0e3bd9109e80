/** Faults that show only when the parts of the bank are held against each other. */

import { checkCalibration } from './check-calibration.ts';
import { checkCompetency, checkErrata } from './check-errata.ts';
import { checkKit } from './check-kit.ts';
import { questionFaults } from './check-question.ts';
import type { Fault } from './fault.ts';
import type { QuestionLines } from './markdown.ts';
import type { LineOf } from './read-yaml.ts';
import type { Bank, Finding, Locale, Question } from './types.ts';

/** Where a thing was read from. */
export interface Origin {
  file: string;
  lineOf?: LineOf;
  /** Questions only: the files of their texts. */
  text?: Record<Locale, { file: string; lines: QuestionLines }>;
}

/** Checks one question, and tells each fault's file and line. */
function checkQuestion(question: Question, { file, lineOf, text }: Origin): Finding[] {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], code: string, at: string, message: string, line?: number) =>
    findings.push({ severity, code, file: at, message, ...(line ? { line } : {}) });
  questionFaults(question, ({ severity, code, message, path }) => {
    const [root, locale, part, index] = path;
    const origin = root === 'text' ? text?.[locale as Locale] : undefined;
    if (!origin) add(severity, code, file, message, lineOf?.(...path));
    else if (part === undefined) add(severity, code, origin.file, message, 1);
    else {
      const at = origin.lines[part as keyof QuestionLines];
      add(severity, code, origin.file, message, Array.isArray(at) ? at[Number(index ?? 0)] : at);
    }
  });
  return findings;
}

/** @param originOf where a thing was read from */
export function crossCheck(bank: Bank, originOf: (thing: object) => Origin): Finding[] {
  const findings = [...bank.questions.values()].flatMap((question) =>
    checkQuestion(question, originOf(question)),
  );
  const faultIn =
    ({ file, lineOf }: Origin): Fault =>
    (code, message, ...path) => {
      const line = lineOf?.(...path);
      findings.push({ severity: 'error', code, file, message, ...(line ? { line } : {}) });
    };
  for (const kit of bank.kits.values()) checkKit(kit, bank, faultIn(originOf(kit)));
  for (const competency of bank.competencies.values())
    checkCompetency(competency, bank, faultIn(originOf(competency)));
  for (const question of bank.questions.values())
    if (!bank.competencies.has(question.competency))
      faultIn(originOf(question))(
        'no-such-competency',
        `"${question.competency}" is not on the map of competencies`,
        'competency',
      );
  checkErrata(bank, faultIn(originOf(bank.errata)));
  for (const set of bank.calibrations.values()) checkCalibration(set, bank, faultIn(originOf(set)));
  return findings;
}
