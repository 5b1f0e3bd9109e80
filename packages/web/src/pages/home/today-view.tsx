import { useSuspenseQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Session } from '../../api/client.ts';
import { openingsQuery, sessionsQuery } from '../../api/queries.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { FirstSteps } from './first-steps.tsx';
import classes from './home.module.css';
import { ToScore } from './to-score.tsx';

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

export function TodayView() {
  const { t } = useTranslation(['home', 'common']);
  const me = useMe();
  const { weekday } = useFormat();
  const [{ data: openings }, { data: sessions }] = useSuspenseQueries({
    queries: [openingsQuery, sessionsQuery()],
  });
  const ahead = sessions.filter(({ status, mine }) => {
    const live = status === 'scheduled' || status === 'running';
    return live && (mine !== 'none' || leads(me));
  });
  const running = openings.filter(({ status }) => status === 'open');

  return (
    <>
      <PageHeader
        title={t('greeting', { name: me.name })}
        lead={weekday(new Date().toISOString())}
        actions={
          leads(me) && (
            <ButtonLink to="/openings/new" variant="filled">
              {t('newOpening')}
            </ButtonLink>
          )
        }
      />
      {openings.length === 0 && leads(me) && <FirstSteps />}
      <div className={classes.columns}>
        <div>
          <ToScore openings={running.filter(({ onPanel }) => onPanel)} sessions={sessions} />
          <Section title={t('openings')} actions={<Link to="/openings">{t('allOpenings')}</Link>}>
            {running.length === 0 ? (
              <p className={classes.none}>{t('openingsNone')}</p>
            ) : (
              <ul className={classes.list}>
                {running.map((opening) => (
                  <li key={opening.id} className={classes.row}>
                    <Link
                      to="/openings/$openingId"
                      params={{ openingId: opening.id }}
                      className={classes.rowTitle}
                    >
                      {opening.title}
                    </Link>
                    <span className={classes.rowMeta}>
                      {t('revealed', { revealed: opening.revealed, total: opening.candidates })}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Section>
        </div>
        <Section title={t('sessions')}>
          {ahead.length === 0 ? (
            <p className={classes.none}>{t('sessionsNone')}</p>
          ) : (
            <ol className={classes.list}>
              {ahead.slice(0, 12).map((session) => (
                <SessionLine key={session.id} session={session} />
              ))}
            </ol>
          )}
        </Section>
      </div>
    </>
  );
}

function SessionLine({ session }: { session: Session }) {
  const { t } = useTranslation(['home', 'common']);
  const { dateTime } = useFormat();
  const today = sameDay(new Date(session.scheduledAt), new Date());
  return (
    <li className={classes.session}>
      <div className={classes.when}>
        <time dateTime={session.scheduledAt}>{dateTime(session.scheduledAt)}</time>
        {session.status === 'running' ? (
          <Badge tone="seal">{t('now')}</Badge>
        ) : (
          today && <Badge tone="accent">{t('today')}</Badge>
        )}
      </div>
      <div className={classes.sessionWho}>
        <Link to="/candidates/$candidateId" params={{ candidateId: session.candidateId }}>
          {session.candidateName}
        </Link>
        <span className={classes.rowMeta}>
          {session.openingTitle}
          {session.place && ` · ${session.place}`} · {t('common:minutes', { count: session.minutes })}
        </span>
      </div>
    </li>
  );
}
