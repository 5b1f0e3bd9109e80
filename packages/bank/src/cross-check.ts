/** Faults that show only when the parts of the bank are held against each other. */
import { checkCompetency, checkErrata } from './check-errata.ts';
import { checkKit } from './check-kit.ts';
import { checkText, outOfStep } from './check-text.ts';
import { citationFault } from './citation.ts';
import { type Fault, repeated } from './fault.ts';
import type { QuestionLines } from './markdown.ts';
import type { LineOf } from './read-yaml.ts';
import {
  type Bank,
  type CalibrationSet,
  type Finding,
  LOCALES,
  type Locale,
  type Question,
} from './types.ts';

/** Where a thing was read from. */
export interface Origin {
  file: string;
  lineOf?: LineOf;
  /** Questions only: the files of their texts. */
  text?: Record<Locale, { file: string; lines: QuestionLines }>;
}

/** How many claims a question of knowledge makes. */
const CLAIMS = { least: 2, most: 8 };

/** A claim can be read, and tested, by itself: it is a whole sentence, or several. */
const SENTENCE: Record<Locale, RegExp> = { 'zh-CN': /[。！？][”）]?$/, en: /^[^a-z].*[.!?]["”)]?$/s };

const plain = (text: string): string => text.replace(/[*_`]/g, '').replace(/\s+/g, ' ').trim();

function checkQuestion(question: Question, { file, lineOf, text }: Origin): Finding[] {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], code: string, at: string, message: string, line?: number) =>
    findings.push({ severity, code, file: at, message, ...(line ? { line } : {}) });
  const fault: Fault = (code, message, ...path) => add('error', code, file, message, lineOf?.(...path));
  const sources = question.sources.map(({ id }) => id);
  for (const id of repeated(sources))
    fault('source-twice', `source "${id}" stands twice`, 'sources', sources.lastIndexOf(id));
  for (const [index, source] of question.sources.entries()) {
    const missing = citationFault(source);
    if (missing) fault('source-unfindable', `source "${source.id}": ${missing}`, 'sources', index);
  }
  const claims = question.claims.map(({ id }) => id);
  for (const id of repeated(claims))
    fault('claim-twice', `claim "${id}" stands twice`, 'claims', claims.lastIndexOf(id));
  for (const [index, claim] of question.claims.entries()) {
    if (claim.source && !sources.includes(claim.source))
      fault(
        'no-such-source',
        `claim "${claim.id}" names source "${claim.source}", which is not listed`,
        'claims',
        index,
        'source',
      );
    for (const locale of LOCALES) {
      if (!SENTENCE[locale].test(claim.text[locale]))
        fault(
          'claim-not-sentence',
          `claim "${claim.id}" is not a whole sentence in ${locale}`,
          'claims',
          index,
          'text',
          locale,
        );
      if (!plain(question.text[locale].answer).includes(plain(claim.text[locale])))
        fault(
          'claim-not-in-answer',
          `claim "${claim.id}" does not stand word for word in the ${locale} answer`,
          'claims',
          index,
          'text',
          locale,
        );
    }
  }
  const technical = question.kind === 'knowledge' || question.kind === 'experiment';
  if (technical && (claims.length < CLAIMS.least || claims.length > CLAIMS.most))
    add(
      'warning',
      'claim-count',
      file,
      `a technical question makes ${CLAIMS.least} to ${CLAIMS.most} claims, not ${claims.length}`,
      lineOf?.('claims'),
    );
  for (const locale of LOCALES) {
    const origin = text?.[locale];
    checkText(question, locale, origin?.lines, (code, message, line) =>
      add('error', code, origin?.file ?? file, message, line),
    );
  }
  for (const { part, message } of outOfStep(question)) {
    const at = text?.['zh-CN'].lines[part];
    const line = Array.isArray(at) ? at[0] : at;
    add('error', 'out-of-step', text?.['zh-CN'].file ?? file, message, line);
  }
  return findings;
}

function checkSet({ transcripts }: CalibrationSet, { questions }: Bank, fault: Fault): void {
  const ids = transcripts.map(({ id }) => id);
  for (const id of repeated(ids))
    fault('transcript-twice', `transcript "${id}" stands twice`, 'transcripts', ids.lastIndexOf(id));
  for (const [index, { id, question }] of transcripts.entries())
    if (!questions.has(question))
      fault(
        'no-such-question',
        `transcript "${id}" answers "${question}", which is not in the bank`,
        'transcripts',
        index,
      );
  if (new Set(transcripts.map(({ expert }) => expert)).size < 3)
    fault('narrow-set', 'the transcripts cover fewer than three scale points', 'transcripts');
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
  for (const set of bank.calibrations.values()) checkSet(set, bank, faultIn(originOf(set)));
  return findings;
}
