/** One calibration: transcripts to score, one after another, then how close one came. */
import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type CalibrationAttempt } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { ScoreScale } from '../scoring/score-scale.tsx';
import { AttemptResult } from './attempt-result.tsx';
import classes from './calibration.module.css';
import { attemptsQuery, calibrationQuery, calibrationsQuery, endsSoon } from './queries.ts';

type Answers = Record<string, number>;

/** Answers outlive a reload; another person on this browser, or a changed set, starts afresh. */
function useAnswers(key: string): [Answers, (answers: Answers) => void] {
  const [answers, setAnswers] = useState<Answers>(() => {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? '{}') as Answers;
    } catch {
      return {};
    }
  });
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(answers)), [key, answers]);
  return [answers, setAnswers];
}

export function CalibrationPage() {
  const { t } = useTranslation(['calibration', 'scoring']);
  const { text, date, percent, locale } = useFormat();
  const me = useMe();
  const { family } = useParams({ from: '/layout/calibration/$family' });
  const { data: set } = useSuspenseQuery(calibrationQuery(family));
  const { data: attempts } = useSuspenseQuery(attemptsQuery(family));
  const [answers, setAnswers] = useAnswers(`viva-calibration/${me.id}/${family}/${set.hash}`);
  const [at, setAt] = useState(0);
  const [shown, setShown] = useState<CalibrationAttempt | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const current = set.transcripts[at];
  const done = set.transcripts.filter(({ id }) => answers[id] !== undefined).length;
  const submit = useAction(
    () =>
      api.submitCalibration({
        params: { family },
        body: { answers: set.transcripts.map(({ id }) => ({ transcript: id, score: answers[id] ?? 0 })) },
      }),
    {
      refresh: () => [calibrationQuery(family).queryKey, calibrationsQuery.queryKey],
      done: (attempt) => {
        setShown(attempt);
        setAnswers({});
        window.scrollTo({ top: 0 });
      },
    },
  );
  const go = (to: number) => {
    setAt(to);
    requestAnimationFrame(() => heading.current?.focus());
  };
  const header = (
    <PageHeader
      title={text(set.title)}
      trail={<Link to="/calibration">{t('title')}</Link>}
      lead={
        <>
          <p>{text(set.intro)}</p>
          {set.practice > 0 && (
            <p>
              <Link to="/calibration/$family/practice" params={{ family }}>
                {t('practice.open', { count: set.practice })}
              </Link>
            </p>
          )}
          {set.standing.expiresAt && (
            <p>
              {t(endsSoon(set.standing.expiresAt) ? 'endsSoon' : 'validUntil', {
                date: date(set.standing.expiresAt),
              })}
            </p>
          )}
        </>
      }
    />
  );

  if (shown)
    return (
      <>
        {header}
        <AttemptResult
          attempt={shown}
          set={set}
          onAgain={() => {
            setShown(null);
            setAt(0);
          }}
        />
      </>
    );
  return (
    <>
      {header}
      {current && (
        <article className={classes.sheet} aria-labelledby="transcript-title">
          <p className={classes.progress}>
            {t('progress', { at: at + 1, of: set.transcripts.length, done })}
          </p>
          <h2 id="transcript-title" ref={heading} tabIndex={-1} className={classes.title}>
            {text(current.title)}
          </h2>
          <details className={classes.prompt}>
            <summary>{t('prompt')}</summary>
            <Markdown lang={locale}>{text(current.prompt)}</Markdown>
          </details>
          <div className={classes.columns}>
            <section aria-label={t('transcript')} className={classes.transcript}>
              <Markdown lang={locale}>{text(current.transcript)}</Markdown>
            </section>
            <ScoreScale
              key={current.id}
              anchors={current.anchors[locale]}
              lang={locale}
              value={answers[current.id] ?? null}
              onChange={(score) => {
                const { [current.id]: _, ...others } = answers;
                setAnswers(score === null ? others : { ...answers, [current.id]: score });
              }}
            />
          </div>
          <div className={classes.steps}>
            <Button disabled={at === 0} onClick={() => go(at - 1)}>
              {t('previous')}
            </Button>
            {at < set.transcripts.length - 1 ? (
              <Button variant="filled" onClick={() => go(at + 1)}>
                {t('next')}
              </Button>
            ) : (
              <Button
                variant="filled"
                disabled={done < set.transcripts.length}
                loading={submit.isPending}
                onClick={() => submit.mutate()}
              >
                {t('submit')}
              </Button>
            )}
          </div>
          {at === set.transcripts.length - 1 && done < set.transcripts.length && (
            <p className={classes.progress}>{t('missing', { count: set.transcripts.length - done })}</p>
          )}
        </article>
      )}
      {attempts.length > 0 && (
        <Section title={t('earlier')}>
          <ul className={classes.attempts}>
            {attempts.map((attempt) => (
              <li key={attempt.id}>
                <button type="button" className={classes.attempt} onClick={() => setShown(attempt)}>
                  {date(attempt.finishedAt)} · {t(attempt.passed ? 'passed' : 'failed')} ·{' '}
                  {t('shares', { exact: percent(attempt.exact), near: percent(attempt.withinOne) })}
                </button>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
