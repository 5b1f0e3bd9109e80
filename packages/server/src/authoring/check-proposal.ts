/** The checks of a proposal: those of `viva bank check`, and what the change would do to kits and calibration sets. */
import {
  type Bank,
  type ContentFinding,
  checkContent,
  checkKit,
  type QuestionContent,
  toQuestion,
} from '@viva/bank';
import { overlaid } from './current-bank.ts';

/**
 * @param base what it changes; null for a new question
 * @param ids every id that is taken
 */
export async function checkProposal(
  content: QuestionContent,
  base: QuestionContent | null,
  bank: Bank,
  ids: ReadonlySet<string>,
): Promise<ContentFinding[]> {
  const findings = checkContent(content, {
    competencies: new Set(bank.competencies.keys()),
    taken: base ? new Set() : ids,
  });
  const { id } = content;
  const kits = [...bank.kits.values()].filter(
    ({ items, competencies }) =>
      items.some(({ question }) => question === id) ||
      competencies.some(({ reserve }) => reserve.includes(id)),
  );
  if (kits.length > 0) {
    const changed = await overlaid(bank, [await toQuestion(content)]);
    for (const { id: kit } of kits) {
      const now = changed.kits.get(kit);
      if (now)
        checkKit(now, changed, (code, message) =>
          findings.push({
            severity: 'error',
            code,
            message: `kit "${kit}": ${message}`,
            at: code === 'minutes' ? '/minutes' : '/competency',
          }),
        );
    }
  }
  const anchors = (of: QuestionContent) => JSON.stringify([of.text['zh-CN'].anchors, of.text.en.anchors]);
  if (base && anchors(base) !== anchors(content))
    for (const { family, transcripts } of bank.calibrations.values())
      if (transcripts.some(({ question }) => question === id))
        findings.push({
          severity: 'warning',
          code: 'calibration-anchors',
          message: `the calibration set "${family}" was scored by experts against the anchors of the bank's folder and keeps them`,
          at: '/text/en/anchors',
        });
  return findings;
}
