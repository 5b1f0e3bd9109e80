/** Faults that show only when the parts of the bank are held against each other. */
import type { QuestionLines } from './markdown.ts';
import type { LineOf } from './read-yaml.ts';
import {
  type Bank,
  type CalibrationSet,
  type Finding,
  type Kit,
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

type Fault = (code: string, message: string, ...path: PropertyKey[]) => void;
type TextFault = (code: string, message: string, line?: number) => void;

/** Anchors say what is heard or seen; a general impression is what itemised scoring is there to avoid. */
const HOLISTIC: Record<Locale, RegExp> = {
  'zh-CN': /(总体|整体|综合|第一)(印象|感觉|评价|表现|素质|水平)|印象分|感觉(不错|很好|较好)|气场/,
  en: /\b(overall|general|first|good|bad|strong|poor) (impression|feeling|sense|performance)\b|\bgut feeling\b|\bcultur(e|al) fit\b|\bseems (good|strong|weak|smart|bright)\b|\bholistic(ally)?\b/i,
};
/** An anchor of praise alone says nothing that a listener could tick. */
const GRADE_ONLY: Record<Locale, RegExp> = {
  'zh-CN':
    /^(回答|表现|理解|掌握)?(得)?(非常|很|较|比较|十分)?(优秀|良好|一般|较差|很差|合格|不合格|不错|出色)[。.]?$/,
  en: /^(an? )?(very |quite )?(excellent|good|average|fair|poor|weak|strong|adequate|outstanding)( (answer|response|understanding|performance))?\.?$/i,
};
/** Least lengths in characters; a Chinese character carries about as much as three Latin letters. */
const LEAST: Record<Locale, { prompt: number; answer: number; anchor: number; probe: number }> = {
  'zh-CN': { prompt: 20, answer: 500, anchor: 15, probe: 8 },
  en: { prompt: 60, answer: 1500, anchor: 40, probe: 20 },
};
/** How many claims a question of knowledge makes. */
const CLAIMS = { least: 2, most: 6 };

const plain = (text: string): string => text.replace(/[*_`]/g, '').replace(/\s+/g, ' ').trim();
const repeated = (ids: readonly string[]): Set<string> =>
  new Set(ids.filter((id, index) => ids.indexOf(id) !== index));

/** Share of Chinese characters among the letters. */
function hanShare(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const letters = text.match(/\p{Letter}/gu)?.length ?? 0;
  return letters === 0 ? 0 : han / letters;
}

function checkText(
  question: Question,
  locale: Locale,
  lines: QuestionLines | undefined,
  fault: TextFault,
): void {
  const { title, prompt, answer, anchors, probes } = question.text[locale];
  const least = LEAST[locale];
  const short = (what: string, text: string, bound: number, line: number | undefined) => {
    if (text.length < bound)
      fault('too-short', `${what} has ${text.length} characters, at least ${bound} are needed`, line);
  };
  short('the prompt', prompt, least.prompt, lines?.prompt);
  short('the answer', answer, least.answer, lines?.answer);
  const share = hanShare(`${title}\n${prompt}\n${answer}\n${anchors.join('\n')}\n${probes.join('\n')}`);
  if (locale === 'en' ? share > 0.1 : share < 0.3)
    fault('wrong-language', `this file should be in ${locale === 'en' ? 'English' : 'Chinese'}`, 1);
  for (const [index, anchor] of anchors.entries()) {
    const line = lines?.anchors[index];
    const name = `anchor ${index + 1}`;
    short(name, anchor, least.anchor, line);
    if (HOLISTIC[locale].test(anchor))
      fault('holistic', `${name} speaks of a general impression; say what is heard or seen`, line);
    if (GRADE_ONLY[locale].test(plain(anchor)))
      fault('grade-only', `${name} only grades; say what is heard or seen`, line);
  }
  const normal = anchors.map((anchor) => plain(anchor).toLowerCase());
  for (const [index, anchor] of normal.entries())
    if (normal.indexOf(anchor) !== index)
      fault(
        'anchors-alike',
        `anchors ${normal.indexOf(anchor) + 1} and ${index + 1} are the same`,
        lines?.anchors[index],
      );
  if (probes.length < 3)
    fault('few-probes', `there are ${probes.length} probes, at least 3 are needed`, lines?.probes);
  for (const probe of probes) short('a probe', probe, least.probe, lines?.probes);
}

function checkQuestion(question: Question, { file, lineOf, text }: Origin): Finding[] {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], code: string, at: string, message: string, line?: number) =>
    findings.push({ severity, code, file: at, message, ...(line ? { line } : {}) });
  const fault: Fault = (code, message, ...path) => add('error', code, file, message, lineOf?.(...path));
  const sources = question.sources.map(({ id }) => id);
  for (const id of repeated(sources))
    fault('source-twice', `source "${id}" stands twice`, 'sources', sources.lastIndexOf(id));
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
    for (const locale of LOCALES)
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
  const { 'zh-CN': chinese, en: english } = question.text;
  if (chinese.probes.length !== english.probes.length) {
    const message = `${chinese.probes.length} probes in Chinese, ${english.probes.length} in English`;
    add('error', 'out-of-step', text?.['zh-CN'].file ?? file, message, text?.['zh-CN'].lines.probes);
  }
  return findings;
}

function checkKit(kit: Kit, { questions, calibrations }: Bank, fault: Fault): void {
  const competencies = kit.competencies.map(({ id }) => id);
  for (const id of repeated(competencies))
    fault(
      'competency-twice',
      `competency "${id}" stands twice`,
      'competencies',
      competencies.lastIndexOf(id),
    );
  const items = kit.items.map(({ question }) => question);
  for (const id of repeated(items))
    fault('item-twice', `question "${id}" stands twice`, 'items', items.lastIndexOf(id));
  const used = new Set<string>();
  for (const [index, id] of items.entries()) {
    const question = questions.get(id);
    if (!question) fault('no-such-question', `there is no question "${id}"`, 'items', index);
    else if (competencies.includes(question.competency)) used.add(question.competency);
    else
      fault(
        'no-such-competency',
        `question "${id}" is on "${question.competency}", which the kit does not list`,
        'items',
        index,
      );
  }
  for (const [index, id] of competencies.entries())
    if (!used.has(id))
      fault('competency-unused', `no question of the kit is on "${id}"`, 'competencies', index);
  if (!calibrations.has(kit.scaleFamily))
    fault('no-such-family', `there is no calibration set "${kit.scaleFamily}"`, 'scaleFamily');
  const sum = kit.competencies.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-9)
    fault('weights', `the competencies' weights add up to ${sum}, not to 1`, 'competencies');
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
  for (const set of bank.calibrations.values()) checkSet(set, bank, faultIn(originOf(set)));
  return findings;
}
