/** A candidate's own home: their applications, times, and who will ask about what. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Application } from '../../api/client.ts';
import { applicationsQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { GroupAnswers } from './group-answers.tsx';
import classes from './home.module.css';

export function ApplicationsView() {
  const { t } = useTranslation('home');
  const { data: applications } = useSuspenseQuery(applicationsQuery);
  return (
    <>
      <PageHeader title={t('applications.title')} />
      {applications.length === 0 && <Notice inline title={t('applications.none')} />}
      {applications.map((application) => (
        <ApplicationCard key={application.candidateId} application={application} />
      ))}
    </>
  );
}

function ApplicationCard({ application }: { application: Application }) {
  const { t } = useTranslation(['home', 'common']);
  const { text, dateTime, list } = useFormat();
  const { status, sessions, interviewers, competencies } = application;
  return (
    <article className={classes.application}>
      <div className={classes.applicationHead}>
        <h2>{application.openingTitle}</h2>
        <Badge tone={status === 'active' ? 'accent' : 'plain'}>{t(`applications.status.${status}`)}</Badge>
      </div>
      <p className={classes.fair}>{t('applications.fair')}</p>
      <div className={classes.columns}>
        <div>
          <h3>{t('applications.sessions')}</h3>
          {sessions.length === 0 ? (
            <p className={classes.none}>{t('applications.noSessions')}</p>
          ) : (
            <ul className={classes.list}>
              {sessions.map((session) => (
                <li key={session.scheduledAt} className={classes.row}>
                  <span>
                    <time dateTime={session.scheduledAt}>{dateTime(session.scheduledAt)}</time>
                    {' · '}
                    {t('common:minutes', { count: session.minutes })}
                    {session.place && ` · ${session.place}`}
                  </span>
                  <Badge>{t(`common:sessionStatus.${session.status}`)}</Badge>
                </li>
              ))}
            </ul>
          )}
          {interviewers.length > 0 && (
            <>
              <h3 className={classes.spaced}>{t('applications.interviewers')}</h3>
              <p>{list(interviewers)}</p>
            </>
          )}
        </div>
        <div>
          <h3>{t('applications.competencies')}</h3>
          <dl className={classes.competencies}>
            {competencies.map(({ title, description }) => (
              <div key={title.en}>
                <dt>{text(title)}</dt>
                <dd>{text(description)}</dd>
              </div>
            ))}
          </dl>
        </div>
      </div>
      <p className={classes.spaced}>
        <Link to="/applications/$candidateId/data" params={{ candidateId: application.candidateId }}>
          {t('applications.data')}
        </Link>
      </p>
      <GroupAnswers candidateId={application.candidateId} />
    </article>
  );
}
