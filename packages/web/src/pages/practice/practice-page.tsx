/** One practice interview: question, answer, the probe that the answer called for, and feedback by anchor. */
import { Button, Textarea } from '@mantine/core';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Answer, api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { DictationButton } from '../../dictation/dictation-button.tsx';
import { canDictate, joinSpeech } from '../../dictation/use-speech.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { InlineMarkdown, Markdown } from '../../ui/markdown.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ModelStatus } from '../assistant/model-status.tsx';
import classes from './practice.module.css';
import { RemovePractice } from './practices-page.tsx';
import { practiceQuery, practicesQuery } from './queries.ts';

type Practice = Answer<'practice'>;
type Round = Practice['rounds'][number];

export function PracticePage() {
  const { t } = useTranslation('practice');
  const { text } = useFormat();
  const { practice: id } = useParams({ from: '/layout/practice/$practice' });
  const { data: practice } = useSuspenseQuery(practiceQuery(id));
  const { rounds, finishedAt, locale } = practice;
  return (
    <>
      <PageHeader
        title={text(practice.kitTitle)}
        trail={<Link to="/practice">{t('title')}</Link>}
        lead={t('lead')}
        actions={<RemovePractice id={id} />}
      />
      <ModelStatus />
      {rounds.map((round, at) => (
        <section key={round.question} className={classes.round} aria-labelledby={`round-${round.question}`}>
          <h2 id={`round-${round.question}`}>
            {at + 1}. {round.title}
          </h2>
          {round.turns.map(({ speaker, text: said }, turn) => (
            <div key={turn} className={classes.turn}>
              <span className={classes.speaker}>{t(speaker === 'candidate' ? 'you' : 'interviewer')}</span>
              {speaker === 'candidate' ? (
                <p className={classes.said}>{said}</p>
              ) : (
                <Markdown lang={locale}>{said}</Markdown>
              )}
            </div>
          ))}
          {round.done ? <Feedback round={round} lang={locale} /> : <AnswerForm practice={practice} />}
        </section>
      ))}
      {finishedAt && (
        <p className={classes.muted}>
          {t('over')} <Link to="/practice">{t('begin')}</Link>
        </p>
      )}
    </>
  );
}

function Feedback({ round: { review, lab }, lang }: { round: Round; lang: string }) {
  const { t } = useTranslation('practice');
  const { text } = useFormat();
  if (!review) return null;
  const known = lab ? LAB_DESCRIPTIONS.find(({ id }) => id === lab.id) : undefined;
  return (
    <div className={classes.feedback}>
      <h3>{t('feedback')}</h3>
      <p>{review.level === null ? t('reachedNone') : t('reached', { level: review.level })}</p>
      <ul className={classes.anchors} lang={lang}>
        {review.anchors.map(({ anchor, text: behaviour, status, quotes, lacking }) => (
          <li key={anchor}>
            <b>{anchor}</b>
            <span className={classes.status} data-status={status}>
              {t(`status.${status}`)}
            </span>
            <div>
              <InlineMarkdown>{behaviour}</InlineMarkdown>
              {quotes.map((quote) => (
                <blockquote key={quote}>{quote}</blockquote>
              ))}
              {lacking && <p className={classes.muted}>{t('lacking', { what: lacking })}</p>}
            </div>
          </li>
        ))}
      </ul>
      {known && lab && (
        <p>
          {t('lab')}:{' '}
          <Link to="/labs/$lab" params={{ lab: known.id }} search={lab.params}>
            {text(known.title)}
          </Link>
        </p>
      )}
      <p className={classes.muted}>{t('note')}</p>
    </div>
  );
}

/** What was typed outlives a reload, until it is sent. */
function useDraft(key: string): [string, Dispatch<SetStateAction<string>>] {
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  useEffect(() => {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  }, [key, text]);
  return [text, setText];
}

function AnswerForm({ practice: { id, locale, rounds } }: { practice: Practice }) {
  const { t } = useTranslation(['practice', 'common']);
  const problemText = useProblemText();
  const client = useQueryClient();
  const round = rounds.at(-1);
  const [answer, setAnswer] = useDraft(`viva-practice/${id}/${round?.question}/${round?.turns.length}`);
  const asking = useRef<AbortController | null>(null);
  useEffect(() => () => asking.current?.abort(), []);
  const settle = {
    quiet: true,
    refresh: () => [practicesQuery.queryKey],
    done: (next: Practice) => client.setQueryData(practiceQuery(id).queryKey, next),
  };
  const send = useAction(
    async (text: string) => {
      const control = new AbortController();
      asking.current = control;
      return api.answerPractice({ params: { id }, body: { answer: text } }, { signal: control.signal });
    },
    {
      ...settle,
      done: (next) => {
        setAnswer('');
        settle.done(next);
      },
    },
  );
  const skip = useAction(() => api.skipPractice({ params: { id } }), settle);
  const cancelled = send.isError && asking.current?.signal.aborted;
  const problem = send.isError && !cancelled ? send.error : skip.error;
  const ready = answer.trim() !== '' && !send.isPending;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send.mutate(answer.trim());
      }}
    >
      <Textarea
        label={t('answer')}
        description={t('answerHelp')}
        autosize
        minRows={4}
        maxRows={20}
        maxLength={8000}
        lang={locale}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (ready) send.mutate(answer.trim());
        }}
      />
      <div className={classes.buttons}>
        <Button type="submit" variant="filled" disabled={!ready} loading={send.isPending}>
          {t('send')}
        </Button>
        {send.isPending ? (
          <Button variant="default" onClick={() => asking.current?.abort()}>
            {t('cancel')}
          </Button>
        ) : (
          <Button variant="default" loading={skip.isPending} onClick={() => skip.mutate()}>
            {t('skip')}
          </Button>
        )}
        <DictationButton
          variant="default"
          lang={locale}
          onHeard={(said) => setAnswer((before) => joinSpeech(before, said, locale))}
        />
        <span role="status" className={classes.muted}>
          {send.isPending && t('reading')}
        </span>
      </div>
      {canDictate() && <p className={classes.muted}>{t('common:dictation.note')}</p>}
      <div role="alert">{problem && <p className={classes.fails}>{problemText(problem)}</p>}</div>
    </form>
  );
}
