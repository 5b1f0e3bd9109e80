/** Where one is signed in, and signing those browsers out. */
import { Button } from '@mantine/core';
import type { CallOutput, Routes } from '@viva/server/client';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { accountSecurityQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import { deviceOf } from './device.ts';
import classes from './security.module.css';

type Sessions = CallOutput<Routes['accountSecurity']>['sessions'];

export function SessionsSection({ sessions }: { sessions: Sessions }) {
  const { t } = useTranslation('security');
  const format = useFormat();
  const options = { refresh: () => [accountSecurityQuery.queryKey], says: t('sessions.ended') };
  const end = useAction((session: string) => api.endSession({ params: { session } }), options);
  const endOthers = useAction(() => api.endOtherSessions(), options);
  const named = (userAgent: string): string => {
    const device = deviceOf(userAgent);
    return device ? t('sessions.on', device) : t('sessions.unknown');
  };
  return (
    <Section
      title={t('sessions.title')}
      lead={t('sessions.lead')}
      actions={
        sessions.length > 1 && (
          <Button loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      <ul className={classes.list}>
        {sessions.map(({ id, current, startedAt, usedAt, userAgent, address }) => (
          <li key={id}>
            <div className={classes.what}>
              <div className={classes.name}>
                {named(userAgent)}
                {current && <Badge tone="accent">{t('sessions.here')}</Badge>}
              </div>
              <div className={classes.facts}>
                {t('sessions.started')} {format.dateTime(startedAt)} · {t('sessions.used')}{' '}
                {format.dateTime(usedAt)}
                {address && ` · ${t('sessions.address')} ${address}`}
              </div>
            </div>
            {!current && (
              <Button
                size="xs"
                aria-label={t('sessions.endLabel', {
                  device: named(userAgent),
                  when: format.dateTime(startedAt),
                })}
                loading={end.isPending && end.variables === id}
                onClick={() => end.mutate(id)}
              >
                {t('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
