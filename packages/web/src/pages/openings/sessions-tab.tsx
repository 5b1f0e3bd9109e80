import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Opening } from '../../api/client.ts';
import { sessionsQuery } from '../../api/queries.ts';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/section.tsx';
import { SessionList } from '../candidates/session-list.tsx';

export function SessionsTab({ opening }: { opening: Opening }) {
  const { t } = useTranslation('openings');
  const { data: sessions } = useSuspenseQuery(sessionsQuery({ opening: opening.id }));
  return (
    <Section title={t('sessions.title')} lead={t('sessions.lead')}>
      {sessions.length === 0 ? (
        <Notice inline title={t('sessions.none')} />
      ) : (
        <SessionList sessions={sessions} withCandidate />
      )}
    </Section>
  );
}
