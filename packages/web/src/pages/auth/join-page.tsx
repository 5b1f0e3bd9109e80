/** An invitation's link: choose a password and begin. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { NetworkError } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Problem } from '../../ui/problem.tsx';
import classes from './auth-frame.module.css';
import { AuthFrame } from './auth-frame.tsx';
import { useEnter } from './entry.ts';
import { PASSWORD_MIN } from './password.ts';

const route = getRouteApi('/join/$token');

export function JoinPage() {
  const { t } = useTranslation(['auth', 'common']);
  const { token } = route.useParams();
  const { locale, dateTime } = useFormat();
  const enter = useEnter();
  const problemText = useProblemText();
  const [name, setName] = useState<string | null>(null);
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => api.invitation({ params: { token } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const accept = useMutation({
    mutationFn: () =>
      api.acceptInvitation({
        params: { token },
        body: { password, locale, name: (name ?? invitation.data?.name ?? '').trim() },
      }),
    onSuccess: (person) => enter(person),
  });

  if (invitation.isPending) return <Loading />;
  if (invitation.isError)
    return (
      <AuthFrame
        title={t('join.badTitle')}
        lead={
          <p>
            {invitation.error instanceof NetworkError ? problemText(invitation.error) : t('join.badBody')}
          </p>
        }
      >
        <div className={classes.form}>
          <ButtonLink to="/signin">{t('join.toSignIn')}</ButtonLink>
        </div>
      </AuthFrame>
    );

  const { data } = invitation;
  const short = password.length < PASSWORD_MIN;
  const shownName = name ?? data.name;
  return (
    <AuthFrame
      title={t('join.title', { name: data.name })}
      lead={<p>{t('join.lead', { role: t(`common:roles.${data.role}`) })}</p>}
    >
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!short && shownName.trim()) accept.mutate();
        }}
      >
        <Problem error={accept.error} />
        <TextInput
          type="email"
          label={t('common:email')}
          value={data.email}
          readOnly
          autoComplete="username"
        />
        <TextInput
          label={t('common:name')}
          autoComplete="name"
          maxLength={120}
          value={shownName}
          error={tried && !shownName.trim() ? t('nameNeeded') : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('common:password')}
          description={t('passwordHint', { min: PASSWORD_MIN })}
          autoComplete="new-password"
          value={password}
          error={tried && short ? t('passwordShort', { min: PASSWORD_MIN }) : null}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" variant="filled" loading={accept.isPending}>
          {t('join.submit')}
        </Button>
      </form>
      <div className={classes.foot}>
        <p>{t('join.expires', { when: dateTime(data.expiresAt) })}</p>
      </div>
    </AuthFrame>
  );
}
