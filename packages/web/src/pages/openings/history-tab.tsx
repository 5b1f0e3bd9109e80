import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditEntry, Opening } from '../../api/client.ts';
import { auditQuery, candidatesQuery, sessionsQuery } from '../../api/queries.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import classes from './openings.module.css';

export function HistoryTab({ opening }: { opening: Opening }) {
  const { t } = useTranslation('openings');
  const { data: entries } = useSuspenseQuery(auditQuery(opening.id));
  const { data: candidates } = useSuspenseQuery(candidatesQuery(opening.id));
  const { data: sessions } = useSuspenseQuery(sessionsQuery({ opening: opening.id }));
  const names = new Map<string, string>([
    ...candidates.map(({ id, name }) => [`candidate/${id}`, name] as const),
    ...sessions.map(({ id, candidateName }) => [`session/${id}`, candidateName] as const),
  ]);
  return (
    <Section title={t('history.title')} lead={t('history.lead')}>
      <ol className={classes.history}>
        {entries.map((entry, index) => (
          <HistoryLine key={`${entry.at}-${index}`} entry={entry} subject={names.get(entry.subject)} />
        ))}
      </ol>
    </Section>
  );
}

function HistoryLine({ entry, subject }: { entry: AuditEntry; subject: string | undefined }) {
  const { t, i18n } = useTranslation('openings');
  const { dateTime } = useFormat();
  const key = entry.action.replace('.', '_');
  const action = i18n.exists(`history.actions.${key}`, { ns: 'openings' })
    ? t(`history.actions.${key as 'opening_created'}`)
    : entry.action;
  const { reason, name } = entry.detail;
  return (
    <li className={classes.historyLine}>
      <time dateTime={entry.at}>{dateTime(entry.at)}</time>
      <span>
        <strong>{entry.actor ?? t('history.system')}</strong> {action}
        {(subject ?? (typeof name === 'string' ? name : null)) && (
          <>
            {' '}
            <span className={classes.historySubject}>{subject ?? String(name)}</span>
          </>
        )}
        {typeof reason === 'string' && <blockquote>{reason}</blockquote>}
      </span>
    </li>
  );
}
