import { Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../api/client.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './invitation-link.module.css';
import { toast } from './toast.ts';

/** An invitation's link, which the server shows only once. */
export function InvitationLink({ invitation }: { invitation: Answer<'invitePerson'> }) {
  const { t } = useTranslation('people');
  const { dateTime } = useFormat();
  const link = new URL(invitation.path, location.origin).href;
  return (
    <>
      <p>{t('once', { name: invitation.person.name, when: dateTime(invitation.expiresAt) })}</p>
      <div className={classes.link}>
        <TextInput
          label={t('link')}
          value={link}
          readOnly
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          onClick={() =>
            void navigator.clipboard
              .writeText(link)
              .then(() => toast.good(t('copied')))
              .catch(() => undefined)
          }
        >
          {t('copy')}
        </Button>
      </div>
    </>
  );
}
