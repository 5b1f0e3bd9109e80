/** Checks of the errata and of the map of competencies. */
import { inOtherLanguage } from './check-text.ts';
import { citationFault } from './citation.ts';
import { type Fault, repeated } from './fault.ts';
import { type Bank, type Competency, LOCALES } from './types.ts';

/** Least length of a finding in characters, by language. */
const LEAST_FINDING = { 'zh-CN': 20, en: 60 };

/** Every entry is in both languages, names evidence that is listed, and questions that exist. */
export function checkErrata({ errata, questions }: Bank, fault: Fault): void {
  const sources = errata.sources.map(({ id }) => id);
  for (const id of repeated(sources))
    fault('source-twice', `source "${id}" stands twice`, 'sources', sources.lastIndexOf(id));
  for (const [index, source] of errata.sources.entries()) {
    const missing = citationFault(source);
    if (missing) fault('source-unfindable', `source "${source.id}": ${missing}`, 'sources', index);
    if (!errata.entries.some(({ evidence }) => evidence.includes(source.id)))
      fault('source-unused', `no entry rests on source "${source.id}"`, 'sources', index);
  }
  const ids = errata.entries.map(({ id }) => id);
  for (const id of repeated(ids))
    fault('entry-twice', `entry "${id}" stands twice`, 'entries', ids.lastIndexOf(id));
  for (const [index, { id, verdict, text, evidence, question }] of errata.entries.entries()) {
    for (const name of evidence)
      if (!sources.includes(name))
        fault(
          'no-such-source',
          `entry "${id}" names source "${name}", which is not listed`,
          'entries',
          index,
          'evidence',
        );
    // A statement without support needs no counter-evidence; a wrong or dated one does.
    if (evidence.length === 0 && verdict !== 'unsupported')
      fault('no-evidence', `entry "${id}" is "${verdict}" without evidence`, 'entries', index, 'evidence');
    if (question !== undefined && !questions.has(question))
      fault('no-such-question', `there is no question "${question}"`, 'entries', index, 'question');
    for (const locale of LOCALES) {
      const { says, finding } = text[locale];
      if (finding.length < LEAST_FINDING[locale])
        fault(
          'too-short',
          `the finding of "${id}" has ${finding.length} characters, at least ${LEAST_FINDING[locale]} are needed`,
          'entries',
          index,
          'finding',
          locale,
        );
      if (inOtherLanguage(`${says}\n${finding}`, locale))
        fault('wrong-language', `entry "${id}" is not in ${locale}`, 'entries', index, 'says', locale);
    }
  }
}

/** Every competency on the map has a question, and is described in the language it should be in. */
export function checkCompetency({ id, text }: Competency, { questions }: Bank, fault: Fault): void {
  if (![...questions.values()].some(({ competency }) => competency === id))
    fault('competency-unused', `no question of the bank is on "${id}"`, 'id');
  for (const locale of LOCALES) {
    const { title, description, boundary } = text[locale];
    if (inOtherLanguage(`${title}\n${description}\n${boundary}`, locale))
      fault('wrong-language', `competency "${id}" is not in ${locale}`, 'description', locale);
  }
}
