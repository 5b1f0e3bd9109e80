import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Session } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import classes from './candidates.module.css';
import { ScheduleDialog } from './schedule-dialog.tsx';

const tones: Record<Session['status'], Tone> = {
  scheduled: 'accent',
  running: 'seal',
  ended: 'plain',
  cancelled: 'plain',
};

export function SessionList({
  sessions,
  withCandidate = false,
}: {
  sessions: Session[];
  withCandidate?: boolean;
}) {
  return (
    <ul className={classes.sessions}>
      {sessions.map((session) => (
        <SessionLine key={session.id} session={session} withCandidate={withCandidate} />
      ))}
    </ul>
  );
}

function SessionLine({ session, withCandidate }: { session: Session; withCandidate: boolean }) {
  const { t } = useTranslation(['candidates', 'common']);
  const me = useMe();
  const { dateTime } = useFormat();
  const [moving, setMoving] = useState(false);
  const change = useAction(
    (status: 'running' | 'ended' | 'cancelled') =>
      api.updateSession({ params: { id: session.id }, body: { status } }),
    { refresh: () => [['sessions']] },
  );
  const { status } = session;
  const lead = leads(me);
  const runs = lead || session.mine !== 'none';
  return (
    <li className={classes.session}>
      <div className={classes.sessionFacts}>
        <time dateTime={session.scheduledAt}>{dateTime(session.scheduledAt)}</time>
        <Badge tone={tones[status]}>{t(`common:sessionStatus.${status}`)}</Badge>
        {withCandidate && (
          <Link to="/candidates/$candidateId" params={{ candidateId: session.candidateId }}>
            {session.candidateName}
          </Link>
        )}
        <span className={classes.meta}>
          {t('common:minutes', { count: session.minutes })}
          {session.place && ` · ${session.place}`}
        </span>
      </div>
      {(status === 'scheduled' || status === 'running') && (
        <div className={classes.sessionActions}>
          {status === 'scheduled' && runs && (
            <Button data-size="compact" onClick={() => change.mutate('running')}>
              {t('sessions.start')}
            </Button>
          )}
          {status === 'running' && runs && (
            <Button data-size="compact" onClick={() => change.mutate('ended')}>
              {t('sessions.end')}
            </Button>
          )}
          {status === 'scheduled' && lead && (
            <>
              <Button data-size="compact" variant="subtle" onClick={() => setMoving(true)}>
                {t('sessions.move')}
              </Button>
              <Button data-size="compact" variant="subtle" onClick={() => change.mutate('cancelled')}>
                {t('sessions.cancel')}
              </Button>
            </>
          )}
        </div>
      )}
      {moving && (
        <ScheduleDialog
          candidateId={session.candidateId}
          session={session}
          onClose={() => setMoving(false)}
        />
      )}
    </li>
  );
}
