/** Checks of one question by itself, wherever its content comes from. Pure. */
import { checkText, outOfStep } from './check-text.ts';
import { citationFault } from './citation.ts';
import type { QuestionContent } from './content.ts';
import { repeated } from './fault.ts';
import { type Finding, LOCALES, type Locale } from './types.ts';

/** Something that is wrong, at a path of the content: `['text', 'en', 'anchors', 2]`, `['claims', 0, 'source']`. */
export interface QuestionFault {
  severity: Finding['severity'];
  code: string;
  message: string;
  path: readonly (string | number)[];
}

/** How many claims a question of knowledge makes. */
const CLAIMS = { least: 2, most: 8 };

/** A claim can be read, and tested, by itself: it is a whole sentence, or several. */
const SENTENCE: Record<Locale, RegExp> = { 'zh-CN': /[。！？][”）]?$/, en: /^[^a-z].*[.!?]["”)]?$/s };

const plain = (text: string): string => text.replace(/[*_`]/g, '').replace(/\s+/g, ' ').trim();

/** Reports every fault of a question that shows without the rest of the bank. */
export function questionFaults(question: QuestionContent, report: (fault: QuestionFault) => void): void {
  const fault = (code: string, message: string, ...path: (string | number)[]) =>
    report({ severity: 'error', code, message, path });
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
    report({
      severity: 'warning',
      code: 'claim-count',
      message: `a technical question makes ${CLAIMS.least} to ${CLAIMS.most} claims, not ${claims.length}`,
      path: ['claims'],
    });
  for (const locale of LOCALES)
    checkText(question.text[locale], locale, (code, message, ...place) =>
      fault(code, message, 'text', locale, ...place.flatMap((step) => (step === undefined ? [] : [step]))),
    );
  for (const { part, message } of outOfStep(question)) fault('out-of-step', message, 'text', 'zh-CN', part);
}
