/** What each of the assistant's prompts is held to: labelled queries, transcripts with expert scores, exact problems. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Bank, Locale, Question } from '@viva/bank';
import { parse } from 'yaml';
import { z } from 'zod';
import { DataFileError } from '../errors.ts';
import { reviewAnswer } from '../interview/review-answer.ts';
import { renderPrompt } from '../prompts/prompt.ts';
import { rateByAnchors } from '../rater/rate-by-anchors.ts';
import { rateTranscript } from '../rater/rate-transcript.ts';
import { canReach, solve24 } from '../reasoning/game-of-24.ts';
import { type Rational, rational } from '../reasoning/rational.ts';
import { chainOfThought, direct } from '../reasoning/strategies.ts';
import { readVerdict, takeStep } from '../reasoning/tree-of-24.ts';
import { answerQuestion, localeOf } from '../retrieval/answer-question.ts';
import type { LabelledQuery } from '../retrieval/query-set.ts';
import type { Retriever } from '../retrieval/retriever.ts';
import type { CheckItem, CheckTask } from './measure.ts';
import { perturb } from './perturb.ts';

const TaskFile = z.strictObject({
  problems: z
    .array(z.strictObject({ id: z.string(), en: z.string(), 'zh-CN': z.string(), answer: z.number() }))
    .min(1),
  hands: z.array(z.array(z.int().min(1).max(13)).min(2).max(4)).min(1),
});
const TASKS_FILE = fileURLToPath(new URL('../../checks/tasks.yaml', import.meta.url));

async function readTasks(file = TASKS_FILE): Promise<z.infer<typeof TaskFile>> {
  let raw: unknown;
  try {
    raw = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new DataFileError(file, `cannot be read: ${(error as Error).message}`);
  }
  const parsed = TaskFile.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataFileError(file, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
}

/** One fence for all runs: with a new one each time nothing would be the same twice. */
const FENCE = '=====8d20c5f61be94a7733=====';
/** One query in so many is one that the bank cannot answer. */
const OUTSIDE_SHARE = 4;

const both = (make: (locale: Locale) => CheckItem[]): Record<Locale, CheckItem[]> => ({
  en: make('en'),
  'zh-CN': make('zh-CN'),
});

/** By hash, so that a set that grows keeps the order of what it had. */
const ordered = (queries: readonly LabelledQuery[]): LabelledQuery[] => {
  const key = ({ text }: LabelledQuery) => createHash('sha256').update(text).digest('hex');
  return [...queries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

function answerItems(
  queries: readonly LabelledQuery[],
  retriever: Retriever,
  locale: Locale,
  count: number,
): CheckItem[] {
  const own = ordered(queries.filter(({ text }) => localeOf(text) === locale));
  const outside = own.filter(({ kind }) => kind === 'outside');
  const inside = own.filter(({ kind }) => kind === 'paraphrase' || kind === 'keyword');
  const refusals = Math.min(outside.length, Math.floor(count / OUTSIDE_SHARE));
  const chosen = [...inside.slice(0, count - refusals), ...outside.slice(0, refusals)];
  return chosen.map(({ text, grades }) => ({
    id: text,
    score: async (model, { template, how, locale: asked, seed, signal }) => {
      const answer = await answerQuestion(
        how === 'order' ? text : perturb(text, how, { locale: asked, manner: 'request', seed }),
        { retriever, model },
        {
          locale: asked,
          template,
          // Fewer passages and words than in the product: the check is about the prompt, and is asked often.
          limit: 3,
          maxOutputTokens: 200,
          ...(how === 'order' ? { arrange: (passages) => [...passages].reverse() } : {}),
          ...(signal ? { signal } : {}),
        },
      );
      if (grades.size === 0) return answer.status === 'refused' ? 1 : 0;
      return answer.status === 'answered' && answer.citations.some((id) => grades.has(id)) ? 1 : 0;
    },
  }));
}

interface Transcript {
  id: string;
  question: Question;
  expert: number;
  text: Record<Locale, string>;
}

const agreement = (level: number | null, expert: number): number =>
  level === null ? 0 : 1 - Math.abs(level - expert) / 4;

type Level = (
  transcript: string,
  entry: Transcript,
  asked: Parameters<CheckItem['score']>[1],
  model: Parameters<CheckItem['score']>[0],
) => Promise<number | null>;

const transcriptItems = (transcripts: readonly Transcript[], locale: Locale, level: Level): CheckItem[] =>
  transcripts.map((entry) => ({
    id: entry.id,
    score: async (model, asked) => {
      const said = perturb(entry.text[locale], asked.how, { locale, manner: 'speech', seed: asked.seed });
      return agreement(await level(said, entry, asked, model), entry.expert);
    },
  }));

const numberIn = (text: string | null): number | null => {
  const found = text?.replaceAll(',', '').match(/-?\d+(?:\.\d+)?/g);
  return found ? Number(found.at(-1)) : null;
};

export interface CheckTasksOptions {
  bank: Bank;
  queries: readonly LabelledQuery[];
  retriever: Retriever;
  /** Items a language of each prompt, at most. Default 8. */
  count?: number;
}

/**
 * Rules, all exact: a citation that is labelled, or a refusal where there is nothing; one less a quarter of the distance to
 * the experts' score; the number; a legal step after which 24 can still be reached; the verdict that the solver gives.
 * @throws DataFileError
 */
export async function checkTasks({
  bank,
  queries,
  retriever,
  count = 8,
}: CheckTasksOptions): Promise<CheckTask[]> {
  const { problems, hands } = await readTasks();
  const transcripts: Transcript[] = [...bank.calibrations.values()].flatMap(({ family, transcripts: all }) =>
    all.flatMap(({ id, question, expert, text }) => {
      const found = bank.questions.get(question);
      return found
        ? [
            {
              id: `${family}/${id}`,
              question: found,
              expert,
              text: { en: text.en.transcript, 'zh-CN': text['zh-CN'].transcript },
            },
          ]
        : [];
    }),
  );
  // From both families, alternately, so that few items are of several kinds.
  const chosen = transcripts
    .map((entry, at) => ({
      entry,
      at: transcripts.slice(0, at).filter((one) => sameFamily(one, entry)).length,
    }))
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry)
    .slice(0, count);
  const rated = (level: Level) => both((locale) => transcriptItems(chosen, locale, level));
  const problem = (solve: typeof direct, most: number) =>
    both((locale) =>
      problems.slice(0, count).map(({ id, answer, ...text }) => ({
        id,
        score: async (model, { template, how, seed, signal }) => {
          const asked = perturb(text[locale], how, { locale, manner: 'request', seed });
          const { answer: given } = await solve(asked, model, {
            template,
            locale,
            maxOutputTokens: most,
            ...(signal ? { signal } : {}),
          });
          return numberIn(given) === answer ? 1 : 0;
        },
      })),
    );
  const hand = (
    chosenHands: readonly number[][],
    ask: (
      numbers: string,
      own: readonly number[],
      asked: Parameters<CheckItem['score']>[1],
      model: Parameters<CheckItem['score']>[0],
    ) => Promise<number>,
  ) =>
    both((locale) =>
      chosenHands.slice(0, count).map((own) => ({
        id: own.join(' '),
        score: (model, asked) => {
          // Digits have no synonyms and no typos.
          const how = asked.how === 'order' || asked.how === 'whitespace' ? asked.how : 'none';
          return ask(
            perturb(own.join(' '), how, { locale, manner: 'request', seed: asked.seed }),
            own,
            asked,
            model,
          );
        },
      })),
    );
  const state = (numbers: readonly number[]) =>
    numbers.map((number) => ({ value: rational(BigInt(number)) as Rational, text: `${number}` }));
  return [
    {
      prompt: 'answer',
      items: both((locale) => answerItems(queries, retriever, locale, count)),
    },
    ...(['rate', 'rate-steps'] as const).map((id) => ({
      prompt: id,
      items: rated(async (said, { question }, { template, locale, signal }, model) => {
        const options = { locale, prompt: id, template, fence: FENCE, ...(signal ? { signal } : {}) };
        return (await rateTranscript(question, said, model, options)).score;
      }),
    })),
    {
      prompt: 'rate-anchors',
      items: rated(async (said, { question }, { template, locale, signal }, model) => {
        const options = { locale, template, fence: FENCE, ...(signal ? { signal } : {}) };
        return (await rateByAnchors(question, said, model, options)).score;
      }),
    },
    {
      prompt: 'interview-review',
      // No anchor met is what the first anchor describes.
      items: rated(async (said, { question }, { template, locale, signal }, model) => {
        const options = { locale, template, fence: FENCE, ...(signal ? { signal } : {}) };
        return (await reviewAnswer(question, said, model, options)).level ?? 1;
      }),
    },
    { prompt: 'direct', items: problem(direct, 40) },
    { prompt: 'chain-of-thought', items: problem(chainOfThought, 200) },
    {
      prompt: 'game24-propose',
      items: hand(
        hands.filter((own) => solve24(own) !== null),
        async (numbers, own, { template, locale, signal }, model) => {
          const { text } = await model.generate(renderPrompt(template, locale, { numbers, count: 8 }), {
            temperature: 0,
            maxOutputTokens: 120,
            ...(signal ? { signal } : {}),
          });
          const states = text.split('\n').flatMap((line) => {
            const next = takeStep(state(own), line);
            return next ? [next] : [];
          });
          return states.some((next) => canReach(next)) ? 1 : 0;
        },
      ),
    },
    {
      prompt: 'game24-evaluate',
      items: hand(hands, async (numbers, own, { template, locale, signal }, model) => {
        const { text } = await model.generate(renderPrompt(template, locale, { numbers }), {
          temperature: 0,
          maxOutputTokens: 120,
          ...(signal ? { signal } : {}),
        });
        const verdict = readVerdict(text);
        if (verdict === 0) return 0;
        return verdict >= 1 === (solve24(own) !== null) ? 1 : 0;
      }),
    },
  ];
}

const sameFamily = (a: Transcript, b: Transcript): boolean => a.id.split('/')[0] === b.id.split('/')[0];
