/** One's own scorecard after sealing: read-only, with amendments beside the first ratings. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Candidate, PinnedQuestion, Rating, Scorecard } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ScoreMark } from '../../ui/score-mark.tsx';
import { Seal } from '../../ui/seal.tsx';
import { AmendDialog } from './amend-dialog.tsx';
import { LeftoverDrafts } from './leftover-drafts.tsx';
import classes from './sealed-view.module.css';

interface SealedViewProps {
  card: Scorecard;
  candidate: Candidate;
  questions: PinnedQuestion[];
}

export function SealedView({ card, candidate, questions }: SealedViewProps) {
  const { t } = useTranslation('scoring');
  const { locale } = useFormat();
  const [amending, setAmending] = useState<Rating | null>(null);
  const amended = questions.find(({ question }) => question === amending?.question);
  const toCandidate = (
    <ButtonLink to="/candidates/$candidateId" params={{ candidateId: card.candidateId }}>
      {t(candidate.revealed ? 'sealed.toRevealed' : 'sealed.toCandidate')}
    </ButtonLink>
  );
  if (card.status === 'closed' && card.ratings.length === 0)
    return (
      <>
        <Notice inline title={t('closed.title')} actions={toCandidate}>
          <p>{t('closed.body')}</p>
        </Notice>
        <LeftoverDrafts candidateId={card.candidateId} questions={questions} />
      </>
    );
  return (
    <div className={classes.sealed}>
      <div className={classes.banner}>
        <Seal stamped size={56} />
        <div>
          <h2>{t('sealed.title')}</h2>
          <p>{t(candidate.revealed ? 'sealed.bodyRevealed' : 'sealed.body')}</p>
        </div>
        {toCandidate}
      </div>
      <LeftoverDrafts candidateId={card.candidateId} questions={questions} />
      <ol>
        {questions.map((question) => {
          const first = card.ratings.find(
            (rating) => rating.question === question.question && rating.kind === 'first',
          );
          const later = card.ratings
            .filter((rating) => first && rating.amends === first.id)
            .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
          return (
            <li key={question.question} className={classes.item}>
              <div className={classes.head}>
                <h3>
                  {question.ordinal}. {question.text[locale].title}
                </h3>
                {first && (
                  <Button data-size="compact" variant="subtle" onClick={() => setAmending(first)}>
                    {t('amend.open')}
                  </Button>
                )}
              </div>
              {first && <RatingText rating={first} />}
              {later.map((rating) => (
                <RatingText key={rating.id} rating={rating} />
              ))}
            </li>
          );
        })}
      </ol>
      {amending && amended && (
        <AmendDialog
          rating={amending}
          question={amended}
          lang={locale}
          evidenceMin={card.evidenceMin}
          onClose={() => setAmending(null)}
        />
      )}
    </div>
  );
}

function RatingText({ rating }: { rating: Rating }) {
  const { t } = useTranslation(['scoring', 'common']);
  const { dateTime } = useFormat();
  return (
    <div className={classes.rating} data-kind={rating.kind}>
      <ScoreMark score={rating.score} />
      <div>
        {rating.kind === 'amendment' && (
          <p className={classes.meta}>
            {t('common:evidence.amendedAt', { when: dateTime(rating.createdAt) })}
            {rating.reason && ` · ${rating.reason}`}
          </p>
        )}
        <p className={classes.text}>
          {rating.notAsked !== null
            ? t('common:evidence.notAsked', { reason: rating.notAsked })
            : rating.evidence}
        </p>
      </div>
    </div>
  );
}
