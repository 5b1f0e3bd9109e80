/**
 * Rates transcripts in the background, one after another. Tasks are rows: whoever is free takes the oldest and leases it,
 * so that several servers share the work, and what a server that died held is taken up when its lease is over.
 */
import { randomUUID } from 'node:crypto';
import {
  addUsage,
  type LanguageModel,
  NO_USAGE,
  rateByStrategy,
  ratingPrompt,
  type StrategyRating,
  type Usage,
} from '@viva/assistant';
import { and, eq, sql } from 'drizzle-orm';
import type { Models } from '../assistant/models.ts';
import { lockCandidate } from '../interview/change-candidate.ts';
import * as t from '../store/schema.ts';
import type { Store, Tables } from '../store/store.ts';
import { sealBody, writeBody } from './rating-body.ts';
import { findSetting, type Setting } from './setting.ts';
import { openTranscript } from './transcript-text.ts';

export interface AdvisoryRunner {
  /** There may be work. Does nothing before `start`. */
  nudge(): void;
  /** Hangs up on the model where it works on this candidate. The task's row says what becomes of it. */
  stop(candidateId: string): void;
  /** Works until nothing waits. */
  settle(): Promise<void>;
  start(): void;
  /** Hands back what it works on, and ends. */
  close(): Promise<void>;
}

export interface RunnerOptions {
  store: Store;
  models: Models;
  /** How long a task is held without a sign of life, milliseconds. */
  leaseMs?: number;
  /** How often to look for work that other servers left. */
  pollMs?: number;
  onFault?: (error: unknown) => void;
}

interface Task {
  candidateId: string;
  questionId: string;
  openingId: string;
}

/** A task with all that a rater may know. */
interface Job extends Task {
  setting: Setting;
  question: (typeof t.openingItem.$inferSelect)['question'];
  transcript: string;
  locale: 'zh-CN' | 'en';
  model: LanguageModel;
}

type Outcome =
  | { kind: 'rated'; rating: StrategyRating }
  | { kind: 'failed'; problem: string }
  | { kind: 'cancelled' };

/** The same model, with what it has used so far, also where a call ended in an error afterwards. */
function counted(model: LanguageModel): { model: LanguageModel; used: () => Usage } {
  let usage = NO_USAGE;
  return {
    used: () => usage,
    model: {
      ...model,
      generate: async (messages, options) => {
        const generation = await model.generate(messages, options);
        usage = addUsage(usage, generation.usage);
        return generation;
      },
    },
  };
}

const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'fault';
};

export function createAdvisoryRunner({
  store,
  models,
  leaseMs = 30_000,
  pollMs = 10_000,
  onFault = () => undefined,
}: RunnerOptions): AdvisoryRunner {
  const runner = randomUUID();
  const underWay = new Map<string, AbortController>();
  let working: Promise<void> | null = null;
  let started = false;
  let closed = false;
  let again = false;
  let poll: NodeJS.Timeout | undefined;

  const lease = () => new Date(store.clock().getTime() + leaseMs).toISOString();
  const is = ({ candidateId, questionId }: Task) =>
    and(eq(t.advisoryTask.candidateId, candidateId), eq(t.advisoryTask.questionId, questionId));
  const mine = (task: Task) =>
    and(is(task), eq(t.advisoryTask.state, 'running'), eq(t.advisoryTask.runner, runner));

  const claim = (): Promise<Task | null> =>
    store.asAdvisor(async (tables) => {
      const [row] = (await tables.execute(sql`
        UPDATE viva.advisory_task t SET state = 'running', attempts = t.attempts + 1, runner = ${runner}, leased_until = ${lease()}::timestamptz
        FROM (SELECT q.candidate_id, q.question_id FROM viva.advisory_task q
          WHERE (q.state = 'waiting' OR (q.state = 'running' AND q.leased_until < ${store.clock().toISOString()}::timestamptz))
            AND viva.advisory_open(q.candidate_id)
          ORDER BY q.queued_at, q.question_id LIMIT 1 FOR UPDATE SKIP LOCKED) next
        WHERE t.candidate_id = next.candidate_id AND t.question_id = next.question_id
        RETURNING t.candidate_id, t.question_id, t.opening_id`)) as unknown as {
        candidate_id: string;
        question_id: string;
        opening_id: string;
      }[];
      return row
        ? { candidateId: row.candidate_id, questionId: row.question_id, openingId: row.opening_id }
        : null;
    });

  const prepare = (task: Task): Promise<Job> =>
    store.asAdvisor(async (tables) => {
      const setting = await findSetting(tables, task.openingId);
      const [said] = await tables
        .select()
        .from(t.transcript)
        .where(
          and(eq(t.transcript.candidateId, task.candidateId), eq(t.transcript.questionId, task.questionId)),
        );
      const [item] = await tables
        .select({ question: t.openingItem.question })
        .from(t.openingItem)
        .where(
          and(eq(t.openingItem.openingId, task.openingId), eq(t.openingItem.questionId, task.questionId)),
        );
      if (!setting || !said || !item)
        throw new Error(`task of ${task.candidateId} on ${task.questionId} lacks its parts`);
      return {
        ...task,
        setting,
        question: item.question,
        transcript: await openTranscript(store.vault, said),
        locale: said.locale,
        model: await models.model(tables, setting.tokenBudget),
      };
    });

  const settleTask = async (tables: Tables, task: Task, problem: string | null): Promise<boolean> => {
    const changed = await tables
      .update(t.advisoryTask)
      .set(problem === null ? { state: 'done' } : { state: 'failed', problem })
      .where(mine(task))
      .returning({ id: t.advisoryTask.questionId });
    return changed.length > 0;
  };

  /** Everything that came of it, in one transaction; the panel may reveal meanwhile, and then it is too late. */
  const finish = (job: Job, outcome: Outcome, used: Usage, milliseconds: number): Promise<void> =>
    store.asAdvisor(async (tables) => {
      await lockCandidate(tables, job.candidateId);
      const [state] = (await tables.execute(
        sql`SELECT viva.advisory_open(${job.candidateId}::uuid) AS open`,
      )) as unknown as { open: boolean }[];
      const open = Boolean(state?.open);
      const { setting, model, locale, question } = job;
      const id = store.newId();
      const at = store.clock();
      let result: (typeof t.AI_USE_OUTCOMES)[number] = 'cancelled';
      if (
        outcome.kind === 'failed' &&
        (await settleTask(tables, job, open ? outcome.problem : 'not-in-time'))
      )
        result = open ? 'failed' : 'too-late';
      if (outcome.kind === 'rated' && (await settleTask(tables, job, open ? null : 'not-in-time'))) {
        const { rating } = outcome;
        result = open ? (rating.score === null ? 'withheld' : 'rated') : 'too-late';
        if (open)
          await tables.insert(t.advisoryRating).values({
            id,
            openingId: job.openingId,
            candidateId: job.candidateId,
            questionId: job.questionId,
            score: rating.score,
            spread: rating.spread,
            votes: rating.strategy === 'self-consistency' ? rating.votes : [],
            samples: rating.samples,
            body: await sealBody(store.vault, job.candidateId, id, writeBody(rating, locale)),
            createdAt: at,
          });
      }
      const rating = outcome.kind === 'rated' ? outcome.rating : null;
      const prompt = await ratingPrompt(setting.strategy);
      await tables.insert(t.aiUse).values({
        id: store.newId(),
        at,
        openingId: job.openingId,
        candidateId: job.candidateId,
        questionId: job.questionId,
        purpose: 'advisory-rating',
        counted: setting.counted,
        model: model.id,
        server: model.host,
        prompt: prompt.id,
        promptVersion: prompt.version,
        promptHash: prompt.hash,
        questionHash: question.hash,
        locale,
        strategy: setting.strategy,
        temperature: setting.temperature,
        samples: setting.samples,
        seed: setting.seed,
        inputTokens: used.inputTokens,
        outputTokens: used.outputTokens,
        tokensEstimated: used.estimated,
        durationMs: Math.round(milliseconds),
        outcome: result,
        problem: result === 'failed' && outcome.kind === 'failed' ? outcome.problem : null,
        quotesKept: rating?.evidence.length ?? 0,
        quotesDropped: rating?.dropped.length ?? 0,
      });
    });

  const rate = async (task: Task): Promise<void> => {
    let job: Job;
    try {
      job = await prepare(task);
    } catch (error) {
      // Nothing was asked of a model, so there is no use to log.
      await store.asAdvisor((tables) => settleTask(tables, task, codeOf(error)));
      if (codeOf(error) === 'fault') onFault(error);
      return;
    }
    const control = new AbortController();
    underWay.set(task.candidateId, control);
    const beat = setInterval(() => {
      store
        .asAdvisor((tables) =>
          tables
            .update(t.advisoryTask)
            .set({ leasedUntil: new Date(lease()) })
            .where(mine(task))
            .returning({ id: t.advisoryTask.questionId }),
        )
        .then((held) => {
          if (held.length === 0) control.abort();
        })
        .catch(onFault);
    }, leaseMs / 3);
    const begun = performance.now();
    const { model, used } = counted(job.model);
    let outcome: Outcome;
    try {
      const { strategy, samples, temperature, seed } = job.setting;
      const rating = await rateByStrategy(job.question, job.transcript, model, {
        locale: job.locale,
        strategy,
        ...(strategy === 'self-consistency' ? { samples } : {}),
        temperature,
        seed,
        signal: control.signal,
      });
      outcome = { kind: 'rated', rating };
    } catch (error) {
      outcome = control.signal.aborted ? { kind: 'cancelled' } : { kind: 'failed', problem: codeOf(error) };
      if (outcome.kind === 'failed' && outcome.problem === 'fault') onFault(error);
    } finally {
      clearInterval(beat);
      underWay.delete(task.candidateId);
    }
    // Ended with the server: whoever is next takes it up again.
    if (closed && outcome.kind === 'cancelled') {
      await store.asAdvisor((tables) =>
        tables.update(t.advisoryTask).set({ state: 'waiting' }).where(mine(task)),
      );
    }
    await finish(job, outcome, used(), performance.now() - begun);
  };

  const work = async (): Promise<void> => {
    do {
      again = false;
      while (!closed) {
        const task = await claim();
        if (!task) break;
        await rate(task);
      }
    } while (again && !closed);
  };
  const begin = (): Promise<void> => {
    again = true;
    working ??= work().finally(() => {
      working = null;
    });
    return working;
  };
  const nudge = () => {
    if (started && !closed) begin().catch(onFault);
  };
  return {
    nudge,
    stop: (candidateId) => underWay.get(candidateId)?.abort(),
    settle: begin,
    start: () => {
      started = true;
      poll = setInterval(nudge, pollMs);
      poll.unref();
      nudge();
    },
    close: async () => {
      closed = true;
      clearInterval(poll);
      for (const control of underWay.values()) control.abort();
      await working?.catch(onFault);
    },
  };
}
