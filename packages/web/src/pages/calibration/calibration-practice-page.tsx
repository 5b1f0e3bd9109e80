/** Practice before a calibration: score a transcript, compare with the experts at once, see where one leans. */
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PractisedCalibration } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ScoreScale } from '../scoring/score-scale.tsx';
import classes from './calibration.module.css';
import { calibrationPracticeQuery, practisedQuery } from './queries.ts';
import { Tendency } from './tendency.tsx';
import { usePracticeRound } from './use-practice-round.ts';

export function CalibrationPracticePage() {
  const { t } = useTranslation('calibration');
  const { text, locale } = useFormat();
  const problemText = useProblemText();
  const me = useMe();
  const { family } = useParams({ from: '/layout/calibration/$family/practice' });
  const { data: practice } = useSuspenseQuery(calibrationPracticeQuery(family));
  const round = usePracticeRound(`viva-calibration-practice/${me.id}/${family}/${practice.hash}`);
  const {
    data: compared,
    error,
    isFetching,
    refetch,
  } = useQuery({
    ...practisedQuery(family, round.scores),
    enabled: round.scores.length > 0,
    placeholderData: keepPreviousData,
  });
  const { transcripts } = practice;
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      transcripts.findIndex(({ id }) => !round.scores.some(({ transcript }) => transcript === id)),
    ),
  );
  const [chosen, setChosen] = useState<number | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const current = transcripts[at];
  const scored = round.scores.find(({ transcript }) => transcript === current?.id);
  const answer = scored && compared?.feedback.find(({ transcript }) => transcript === scored.transcript);
  const over = round.scores.length === transcripts.length;
  const go = (to: number) => {
    setAt(to);
    setChosen(null);
    requestAnimationFrame(() => heading.current?.focus());
  };
  const tendency = round.scores.length > 0 && compared ? compared.tendency : null;
  const header = (
    <PageHeader
      title={t('practice.title')}
      trail={
        <Link to="/calibration/$family" params={{ family }}>
          {text(practice.title)}
        </Link>
      }
      lead={<p>{t('practice.lead')}</p>}
    />
  );
  if (!current)
    return (
      <>
        {header}
        <Notice inline title={t('practice.none')} />
      </>
    );
  return (
    <>
      {header}
      <article className={classes.sheet} aria-labelledby="transcript-title">
        <p className={classes.progress}>
          {t('progress', { at: at + 1, of: transcripts.length, done: round.scores.length })}
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
          <form
            className={classes.judge}
            onSubmit={(event) => {
              event.preventDefault();
              if (chosen !== null && !scored) round.add({ transcript: current.id, score: chosen });
            }}
          >
            {/* What has been compared is not scored again in this round: it would no longer be a judgement. */}
            <ScoreScale
              key={current.id}
              anchors={current.anchors[locale]}
              lang={locale}
              value={scored?.score ?? chosen}
              onChange={setChosen}
              locked={scored !== undefined}
            />
            {!scored && (
              <Button type="submit" variant="filled" disabled={chosen === null}>
                {t('practice.compare')}
              </Button>
            )}
          </form>
        </div>
        <div role="status">{answer && <Comparison answer={answer} />}</div>
        <div role="alert">
          {error && scored && !answer && (
            <p className={classes.fails}>
              {problemText(error)}{' '}
              <Button size="compact-sm" loading={isFetching} onClick={() => void refetch()}>
                {t('practice.retry')}
              </Button>
            </p>
          )}
        </div>
        <div className={classes.steps}>
          <Button disabled={at === 0} onClick={() => go(at - 1)}>
            {t('previous')}
          </Button>
          <Button
            variant={scored ? 'filled' : 'default'}
            disabled={at === transcripts.length - 1}
            onClick={() => go(at + 1)}
          >
            {t('next')}
          </Button>
        </div>
      </article>
      {over && tendency && (
        <Notice
          inline
          title={t('practice.over')}
          actions={
            <>
              <Button
                onClick={() => {
                  round.again({
                    endedAt: new Date().toISOString(),
                    transcripts: tendency.transcripts,
                    bias: tendency.bias,
                    exact: tendency.exact.value ?? 0,
                  });
                  go(0);
                }}
              >
                {t('practice.again')}
              </Button>
              <ButtonLink variant="filled" to="/calibration/$family" params={{ family }}>
                {t('practice.counted')}
              </ButtonLink>
            </>
          }
        >
          <p>{t('practice.overNote')}</p>
        </Notice>
      )}
      <Tendency tendency={tendency} rounds={round.rounds} />
    </>
  );
}

function Comparison({ answer }: { answer: PractisedCalibration['feedback'][number] }) {
  const { t } = useTranslation('calibration');
  const { text, locale } = useFormat();
  const { score, expert, reason } = answer;
  const heading = useRef<HTMLHeadingElement>(null);
  const away = Math.abs(score - expert);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={`${classes.feedback} ${classes.compared}`} aria-labelledby="comparison">
      <p className={classes.compare}>
        <Badge tone={away === 0 ? 'good' : away === 1 ? 'warn' : 'seal'}>
          {t('yours', { score, expert })}
        </Badge>
        <span>
          {away === 0
            ? t('practice.equal')
            : t(score > expert ? 'practice.above' : 'practice.below', { count: away })}
        </span>
      </p>
      <h3 id="comparison" ref={heading} tabIndex={-1} className={classes.why}>
        {t('practice.why', { expert })}
      </h3>
      <Markdown lang={locale}>{text(reason)}</Markdown>
    </section>
  );
}
