import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { PencilLine } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { candidateQuery, openingQuery, sessionsQuery } from '../../api/queries.ts';
import { useLockEvents } from '../../api/use-lock-events.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Seal } from '../../ui/seal.tsx';
import { SeatLocks } from '../../ui/seat-locks.tsx';
import { Section } from '../../ui/section.tsx';
import { toast } from '../../ui/toast.ts';
import { CandidateAdvisorySection, TranscriptsSection } from '../advisory/candidate-advisory.tsx';
import { CandidateActions } from './candidate-actions.tsx';
import { CandidateBadges } from './candidate-badges.tsx';
import classes from './candidates.module.css';
import { Comments } from './comments.tsx';
import { DecisionBox } from './decision-box.tsx';
import { Notes } from './notes.tsx';
import { RevealedRatings } from './revealed-ratings.tsx';
import { ScheduleButton } from './schedule-dialog.tsx';
import { SessionList } from './session-list.tsx';
import { WorkSamples } from './work-samples.tsx';

const route = getRouteApi('/layout/candidates/$candidateId');

export function CandidatePage() {
  const { t } = useTranslation(['candidates', 'common']);
  const { candidateId } = route.useParams();
  const me = useMe();
  const { dateTime } = useFormat();
  const { data: candidate } = useSuspenseQuery(candidateQuery(candidateId));
  const { data: opening } = useSuspenseQuery(openingQuery(candidate.openingId));
  const { data: sessions } = useSuspenseQuery(sessionsQuery({ candidate: candidateId }));
  useLockEvents(
    candidateId,
    useCallback(() => toast.good(t('nowRevealed')), [t]),
  );
  const { reveal, revealed } = candidate;
  const toScore = candidate.mine === 'to-score' && candidate.status === 'active' && !revealed;

  return (
    <>
      <PageHeader
        title={candidate.name}
        trail={
          <Link to="/openings/$openingId" params={{ openingId: opening.id }} search={{ tab: 'candidates' }}>
            {opening.title}
          </Link>
        }
        badges={<CandidateBadges candidate={candidate} />}
        lead={candidate.email}
        actions={
          <>
            {(toScore || candidate.mine === 'locked') && (
              <ButtonLink
                to="/candidates/$candidateId/score"
                params={{ candidateId }}
                variant={toScore ? 'filled' : 'default'}
                leftSection={toScore ? <PencilLine size={14} aria-hidden /> : <Seal stamped size={15} />}
              >
                {t(toScore ? 'score' : 'ownScorecard')}
              </ButtonLink>
            )}
            {leads(me) && <CandidateActions candidate={candidate} opening={opening} />}
          </>
        }
      />
      <div className={classes.columns}>
        <div className={classes.main}>
          {revealed ? (
            <>
              {reveal && (
                <p className={classes.reveal} data-cause={reveal.cause}>
                  {t(reveal.cause === 'closed' ? 'revealedAtClosed' : 'revealedAt', {
                    when: dateTime(reveal.at),
                  })}
                  {reveal.reason && <q>{reveal.reason}</q>}
                </p>
              )}
              <RevealedRatings candidate={candidate} opening={opening} />
              <Notes candidateId={candidate.id} />
              <Comments candidate={candidate} opening={opening} />
            </>
          ) : (
            <Notice inline title={t('sealedNotice.title')}>
              <p>{t('sealedNotice.body')}</p>
            </Notice>
          )}
          <CandidateAdvisorySection candidateId={candidateId} />
          <TranscriptsSection candidateId={candidateId} opening={opening} />
          <WorkSamples candidateId={candidateId} />
        </div>
        <aside className={classes.side}>
          <Section title={t('panel')}>
            <SeatLocks locks={candidate.locks} names />
          </Section>
          <Section
            title={t('sessions.title')}
            actions={
              leads(me) &&
              opening.status !== 'closed' &&
              candidate.status === 'active' && <ScheduleButton candidateId={candidateId} />
            }
          >
            {sessions.length === 0 ? (
              <p className={classes.none}>{t('sessions.none')}</p>
            ) : (
              <SessionList sessions={sessions} />
            )}
          </Section>
          {revealed && <DecisionBox candidate={candidate} />}
        </aside>
      </div>
    </>
  );
}
