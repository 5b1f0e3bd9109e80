/** A demonstration opening, made through the same use cases as a real one. */
import { submitCalibration } from '../calibration/calibrate.ts';
import type { Actor, Context } from '../context.ts';
import { recordDecision } from '../decision/record-decision.ts';
import { acceptInvitation, createOwner, invitePerson, needsOwner } from '../identity/people.ts';
import { addCandidate } from '../interview/change-candidate.ts';
import { addComment } from '../interview/comments.ts';
import { createOpening } from '../interview/create-opening.ts';
import { openOpening } from '../interview/open-opening.ts';
import { appoint } from '../interview/panel.ts';
import { scheduleSession, updateSession } from '../interview/sessions.ts';
import { updateOpening } from '../interview/update-opening.ts';
import { saveDraft, saveNote } from '../ratings/save-draft.ts';
import { submitScorecard } from '../ratings/submit-scorecard.ts';
import { drawScore, seeded } from './simulate.ts';

/** The same for every account of the demonstration, and printed where it starts. */
export const DEMO_PASSWORD = 'viva-demo-2026';

/** Severity in logits: what the statistics should find again. Positive is severe. */
export const DEMO_PANEL = [
  { name: '陈静', email: 'chen@demo.viva', severity: -0.6 },
  { name: '李明', email: 'li@demo.viva', severity: 0 },
  { name: '王芳', email: 'wang@demo.viva', severity: 0.2 },
  { name: '赵磊', email: 'zhao@demo.viva', severity: 0.9 },
];
const OWNER = { name: '周岚', email: 'owner@demo.viva' };
/** Ability in logits; the last one is left unscored, for a visitor to try. */
const CANDIDATES = [
  { name: '候选人 甲（演示）', ability: 1.6 },
  { name: '候选人 乙（演示）', ability: 0.7 },
  { name: '候选人 丙（演示）', ability: 0.4 },
  { name: '候选人 丁（演示）', ability: -0.3 },
  { name: '候选人 戊（演示）', ability: -1.2 },
  { name: '候选人 己（演示，待评分）', ability: undefined },
];
/** Eight of the kit's questions, and how hard each is, in logits. */
const QUESTIONS = [
  'prompt-generalization',
  'knowledge-injection',
  'chain-of-thought',
  'pretrained-encoders',
  'quantization',
  'mixed-precision',
  'privacy-and-ethics',
  'cross-disciplinary-work',
];
const DIFFICULTY = [-0.4, 0.5, 0, -0.6, 0.7, 0.2, -0.1, -0.3];

/** Fills an empty database; does nothing where there is an owner already. @returns whether it filled */
export async function fillDemo(context: Context): Promise<boolean> {
  if (!(await needsOwner(context))) return false;
  const random = seeded(20261123);
  const owner: Actor = await createOwner(context, { ...OWNER, password: DEMO_PASSWORD, locale: 'zh-CN' });
  const { id: openingId, scaleFamily } = await createOpening(context, owner, {
    title: '【演示】大模型工程师 · Demonstration: LLM engineer',
    description:
      '演示数据：候选人、评分与证据均由程序按已知的宽严度模拟生成，不涉及任何真人。\n\nDemonstration data: candidates, ratings and evidence are simulated with known severities; nobody here is real.',
    kit: 'llm-engineer',
  });
  const { items } = await updateOpening(context, owner, openingId, {
    items: QUESTIONS.map((question) => ({ question, weight: 1 })),
  });
  const set = context.bank.calibrations.get(scaleFamily);
  const panel: (Actor & { severity: number })[] = [];
  for (const [index, { name, email, severity }] of DEMO_PANEL.entries()) {
    const { path } = await invitePerson(context, owner, {
      name,
      email,
      role: 'interviewer',
      locale: 'zh-CN',
    });
    const person = await acceptInvitation(context, path.replace('/join/', ''), { password: DEMO_PASSWORD });
    panel.push({ ...person, severity });
    // The last one is waived, so that a waiver can be seen on the report.
    const waived = index === DEMO_PANEL.length - 1;
    if (!waived && set)
      await submitCalibration(context, person, scaleFamily, {
        answers: set.transcripts.map(({ id, expert }) => ({ transcript: id, score: expert })),
      });
    await appoint(context, owner, openingId, {
      personId: person.id,
      ...(waived ? { waiver: '演示：资深面试官，下周补做校准。 (Demonstration of a waiver.)' } : {}),
    });
  }
  const ids: string[] = [];
  for (const { name } of CANDIDATES) ids.push((await addCandidate(context, owner, openingId, { name })).id);
  await openOpening(context, owner, openingId);
  const now = context.store.clock().getTime();
  for (const [index, id] of ids.entries()) {
    const scored = CANDIDATES[index]?.ability !== undefined;
    const at = new Date(now + (scored ? index - 6 : 0.02) * 86_400_000).toISOString();
    const session = await scheduleSession(context, owner, id, {
      scheduledAt: at,
      minutes: 90,
      place: '会议室 3 · Room 3',
    });
    if (!scored) continue;
    await updateSession(context, owner, session.id, { status: 'running' });
    await updateSession(context, owner, session.id, { status: 'ended' });
  }
  for (const [index, { ability }] of CANDIDATES.entries()) {
    const candidateId = ids[index];
    if (ability === undefined || !candidateId) continue;
    for (const rater of panel) {
      for (const [at, { question }] of items.entries()) {
        const score = drawScore(random, ability, rater.severity, DIFFICULTY[at] ?? 0);
        const anchor = context.bank.questions.get(question)?.text['zh-CN'].anchors[score - 1] ?? '';
        const evidence = `（演示记录，由程序生成）本题作答与第 ${score} 档锚点相符：${anchor.replace(/\s+|。$/g, '').slice(0, 90)}。追问之后没有改变判断。`;
        await saveDraft(context, rater, candidateId, question, {
          score,
          evidence,
          notAsked: null,
          baseRevision: 0,
        });
      }
      await saveNote(context, rater, candidateId, {
        body: `（演示笔记，由程序生成）${rater.name}：按题目顺序提问，每题至少一个追问；整体用时 85 分钟。`,
        baseRevision: 0,
      });
      await submitScorecard(context, rater, candidateId);
    }
  }
  const [first] = ids;
  const [commenter] = panel;
  if (first && commenter) {
    await addComment(context, commenter, first, {
      body: '（演示）揭示之后才能看到彼此的评分，也才能在这里讨论。四位面试官里赵磊明显偏严，注意看他的整体水平。',
      question: null,
    });
    await recordDecision(context, owner, first, {
      outcome: 'advance',
      reason: '（演示）各项能力稳定在 4 分附近，面试官之间一致。',
    });
  }
  return true;
}
