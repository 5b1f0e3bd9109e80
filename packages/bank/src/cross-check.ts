/** Faults that show only when the parts of the bank are held against each other. */
import { type Bank, type Finding, LOCALES, type Locale, type Question } from './types.ts';

const FILE: Record<Locale, string> = { 'zh-CN': 'zh.md', en: 'en.md' };
/** Anchors describe what was said or done; a general impression is what itemised scoring is there to avoid. */
const HOLISTIC: Record<Locale, RegExp> = {
  'zh-CN': /(总体|整体|综合)(印象|感觉|评价|表现)/,
  en: /\b(overall|general) (impression|feeling|quality)\b/i,
};
/** Least lengths in characters; a Chinese character carries about as much as two to three Latin letters. */
const LEAST: Record<Locale, { prompt: number; answer: number; anchor: number }> = {
  'zh-CN': { prompt: 15, answer: 250, anchor: 15 },
  en: { prompt: 40, answer: 700, anchor: 40 },
};

const plain = (text: string): string => text.replace(/[*_`]/g, '').replace(/\s+/g, ' ');

function checkQuestion(question: Question, folder: string): Finding[] {
  const findings: Finding[] = [];
  const fault = (code: string, file: string, message: string) =>
    findings.push({ severity: 'error', code, file: `${folder}${file}`, message });
  const ids = question.sources.map(({ id }) => id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
    fault('source-twice', 'question.yaml', `source "${id}" stands twice`);
  const claims = question.claims.map(({ id }) => id);
  for (const id of new Set(claims.filter((id, index) => claims.indexOf(id) !== index)))
    fault('claim-twice', 'question.yaml', `claim "${id}" stands twice`);
  for (const { id, source, text } of question.claims) {
    if (source && !ids.includes(source))
      fault('no-such-source', 'question.yaml', `claim "${id}" names source "${source}", which is not listed`);
    for (const locale of LOCALES)
      if (!plain(question.text[locale].answer).includes(plain(text[locale])))
        fault(
          'claim-not-in-answer',
          FILE[locale],
          `claim "${id}" does not stand word for word in the answer`,
        );
  }
  for (const locale of LOCALES) {
    const { prompt, answer, anchors, probes } = question.text[locale];
    const least = LEAST[locale];
    if (prompt.length < least.prompt)
      fault(
        'too-short',
        FILE[locale],
        `the prompt has ${prompt.length} characters, at least ${least.prompt} are needed`,
      );
    if (answer.length < least.answer)
      fault(
        'too-short',
        FILE[locale],
        `the answer has ${answer.length} characters, at least ${least.answer} are needed`,
      );
    for (const [index, anchor] of anchors.entries()) {
      if (anchor.length < least.anchor)
        fault(
          'too-short',
          FILE[locale],
          `anchor ${index + 1} has ${anchor.length} characters, at least ${least.anchor} are needed`,
        );
      if (HOLISTIC[locale].test(anchor))
        fault(
          'holistic',
          FILE[locale],
          `anchor ${index + 1} speaks of a general impression; say what is heard or seen`,
        );
    }
    if (new Set(anchors.map((anchor) => plain(anchor).toLowerCase())).size < 5)
      fault('anchors-alike', FILE[locale], 'two anchors say the same');
    if (probes.length < 3)
      fault('few-probes', FILE[locale], `there are ${probes.length} probes, at least 3 are needed`);
  }
  if (question.text['zh-CN'].probes.length !== question.text.en.probes.length)
    fault(
      'out-of-step',
      'zh.md',
      `${question.text['zh-CN'].probes.length} probes in Chinese, ${question.text.en.probes.length} in English`,
    );
  return findings;
}

/** @param fileOf where a thing was read from: a folder with a final slash for questions, a file for the rest */
export function crossCheck(
  { questions, kits, calibrations }: Bank,
  fileOf: (thing: object) => string,
): Finding[] {
  const findings = [...questions.values()].flatMap((question) => checkQuestion(question, fileOf(question)));
  const fault = (code: string, file: string, message: string) =>
    findings.push({ severity: 'error', code, file, message });
  for (const kit of kits.values()) {
    const file = fileOf(kit);
    const competencies = new Set(kit.competencies.map(({ id }) => id));
    const used = new Set<string>();
    const seen = new Set<string>();
    if (competencies.size < kit.competencies.length)
      fault('competency-twice', file, 'a competency stands twice');
    for (const { question: id } of kit.items) {
      if (seen.has(id)) fault('item-twice', file, `question "${id}" stands twice`);
      seen.add(id);
      const question = questions.get(id);
      if (!question) fault('no-such-question', file, `there is no question "${id}"`);
      else if (!competencies.has(question.competency))
        fault(
          'no-such-competency',
          file,
          `question "${id}" is on "${question.competency}", which the kit does not list`,
        );
      else used.add(question.competency);
    }
    for (const id of competencies)
      if (!used.has(id)) fault('competency-unused', file, `no question of the kit is on "${id}"`);
    if (!calibrations.has(kit.scaleFamily))
      fault('no-such-family', file, `there is no calibration set "${kit.scaleFamily}"`);
    const sum = kit.competencies.reduce((total, { weight }) => total + weight, 0);
    if (Math.abs(sum - 1) > 1e-9)
      fault('weights', file, `the competencies' weights add up to ${sum}, not to 1`);
  }
  for (const set of calibrations.values()) {
    const file = fileOf(set);
    for (const { id, question } of set.transcripts)
      if (!questions.has(question))
        fault('no-such-question', file, `transcript "${id}" answers "${question}", which is not in the bank`);
    if (new Set(set.transcripts.map(({ expert }) => expert)).size < 3)
      fault('narrow-set', file, 'the transcripts cover fewer than three scale points');
  }
  return findings;
}
