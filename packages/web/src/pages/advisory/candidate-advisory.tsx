/** On a candidate's page: transcripts, how far the advisory rater has come, and after reveal what it gave. */
import { Button, NativeSelect } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Opening } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { ScoreMark } from '../../ui/score-mark.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './advisory.module.css';
import { ModelMissing } from './advisory-setting.tsx';
import { type CandidateAdvisory, candidateAdvisoryQuery, transcriptsQuery } from './queries.ts';
import { TranscriptField } from './transcript-field.tsx';

const TONES: Record<string, Tone> = { done: 'good', running: 'accent', failed: 'warn', cancelled: 'warn' };
const CODES = [
  'no-model',
  'model-setting',
  'budget-exhausted',
  'structured-output',
  'empty-transcript',
  'all-set-aside',
  'model-timeout',
] as const;

export function TranscriptsSection({ candidateId, opening }: { candidateId: string; opening: Opening }) {
  const { t } = useTranslation('advisory');
  const { text } = useFormat();
  const { data: transcripts } = useSuspenseQuery(transcriptsQuery(candidateId));
  const [question, setQuestion] = useState(opening.items[0]?.question ?? '');
  const titles = new Map(opening.items.map((item) => [item.question, text(item.title)]));
  const open = transcripts.items.filter(({ handedIn }) => handedIn);
  if (!transcripts.open && open.length === 0) return null;
  return (
    <Section title={t('transcripts')} lead={t('transcriptsLead')}>
      {transcripts.open ? (
        <>
          <NativeSelect
            label={t('transcript.question')}
            value={question}
            data={opening.items.map((item) => ({
              value: item.question,
              label: `${transcripts.handedIn.includes(item.question) ? '✓ ' : ''}${text(item.title)}`,
            }))}
            onChange={(event) => setQuestion(event.currentTarget.value)}
          />
          <TranscriptField
            key={question}
            candidateId={candidateId}
            question={question}
            transcripts={transcripts}
          />
        </>
      ) : (
        open.map((one) => (
          <details key={`${one.question} ${one.authorId}`} className={classes.fold}>
            <summary>
              {titles.get(one.question) ?? one.question}
              <span className={classes.meta}> · {t('transcript.by', { name: one.author })}</span>
            </summary>
            <div className={classes.said} lang={one.locale}>
              {one.body}
            </div>
          </details>
        ))
      )}
    </Section>
  );
}

export function CandidateAdvisorySection({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation('advisory');
  const me = useMe();
  const { text } = useFormat();
  const { data: advisory } = useSuspenseQuery(candidateAdvisoryQuery(candidateId));
  const refresh = () => [candidateAdvisoryQuery(candidateId).queryKey];
  const cancel = useAction(() => api.cancelAdvisory({ params: { id: candidateId } }), { refresh });
  const retry = useAction(() => api.retryAdvisory({ params: { id: candidateId } }), { refresh });
  if (!advisory.used) return null;
  const { tasks, ratings, revealed } = advisory;
  const among = (...states: string[]) => tasks.filter(({ state }) => states.includes(state)).length;
  const busy = among('waiting', 'running');
  return (
    <Section
      title={t('title')}
      lead={t(advisory.counted ? 'candidate.counted' : 'candidate.beside')}
      actions={
        leads(me) &&
        !revealed && (
          <>
            {busy > 0 && (
              <Button loading={cancel.isPending} onClick={() => cancel.mutate()}>
                {t('candidate.cancel')}
              </Button>
            )}
            {among('failed', 'cancelled') > 0 && (
              <Button loading={retry.isPending} onClick={() => retry.mutate()}>
                {t('candidate.retry')}
              </Button>
            )}
          </>
        )
      }
    >
      {advisory.model.state !== 'ready' && !revealed && <ModelMissing />}
      {!revealed && (
        <>
          <p className={classes.state} role="status">
            {t('candidate.progress', { done: among('done'), of: tasks.length })}
          </p>
          <progress
            className={classes.bar}
            max={tasks.length}
            value={among('done')}
            aria-label={t('title')}
          />
          <p className={classes.meta}>{t('candidate.sealed')}</p>
        </>
      )}
      <ul className={classes.tasks}>
        {tasks.map((task) => {
          const rating = ratings.find(({ question }) => question === task.question);
          const code = CODES.find((one) => one === task.problem);
          return (
            <li key={task.question}>
              <div className={classes.task}>
                <span>{text(task.title)}</span>
                {rating ? (
                  rating.score === null ? (
                    <Badge tone="warn">{t('withheld')}</Badge>
                  ) : (
                    <ScoreMark score={rating.score} />
                  )
                ) : (
                  <Badge tone={revealed ? 'warn' : (TONES[task.state] ?? 'plain')}>
                    {t(task.missing ? `missing.${task.missing}` : `state.${task.state}`)}
                  </Badge>
                )}
              </div>
              {task.problem && task.problem !== 'not-in-time' && (
                <p className={classes.meta}>
                  {code ? t(`problem.${code}`) : t('problem.other', { code: task.problem })}
                </p>
              )}
              {rating && <Given rating={rating} />}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

export function Given({ rating }: { rating: CandidateAdvisory['ratings'][number] }) {
  const { t } = useTranslation('advisory');
  const { number } = useFormat();
  return (
    <div className={classes.given} lang={rating.locale}>
      {rating.score === null && <p>{t('withheldWhy', { given: rating.given })}</p>}
      {rating.evidence.length > 0 && (
        <ul className={classes.quotes}>
          {rating.evidence.map(({ quote, anchor, stance }) => (
            <li key={`${anchor} ${stance} ${quote}`}>
              <q>{quote}</q> <span className={classes.meta}>{t(`stance.${stance}`, { anchor })}</span>
            </li>
          ))}
        </ul>
      )}
      {rating.lacking && (
        <p>
          <span className={classes.meta}>{t('lacking')}</span> {rating.lacking}
        </p>
      )}
      {rating.samples > 1 && (
        <p className={classes.meta}>
          {t('votes', {
            votes: rating.votes.map(({ score, count }) => `${score} × ${count}`).join(', ') || '—',
            spread: number(rating.spread),
          })}
        </p>
      )}
      {rating.dropped.length > 0 && (
        <p className={classes.meta}>{t('droppedQuotes', { count: rating.dropped.length })}</p>
      )}
      {rating.setAside.length > 0 && (
        <details className={classes.fold}>
          <summary>{t('setAside', { count: rating.setAside.length })}</summary>
          <p className={classes.meta}>{t('setAsideWhy')}</p>
          <ul className={classes.quotes}>
            {rating.setAside.map(({ text, reason }, at) => (
              <li key={at}>
                <q>{text}</q> <span className={classes.meta}>{t(`asideReason.${reason}`)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
