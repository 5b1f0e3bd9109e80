import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { setupQuery } from '../../api/queries.ts';
import classes from './auth-frame.module.css';
import { AuthFrame } from './auth-frame.tsx';
import { useEnter } from './entry.ts';

const route = getRouteApi('/signin');

export function SignInPage() {
  const { t } = useTranslation(['auth', 'common']);
  const { next } = route.useSearch();
  const { data: setup } = useSuspenseQuery(setupQuery);
  const enter = useEnter();
  const problemText = useProblemText();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const emailBad = !/^\S+@\S+$/.test(email.trim());
  const signIn = useMutation({
    mutationFn: () => api.signIn({ body: { email: email.trim(), password } }),
    onSuccess: (person) => enter(person, next),
  });

  return (
    <AuthFrame title={t('signIn.title')}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!emailBad && password) signIn.mutate();
        }}
      >
        <div role="alert">
          {signIn.isError && <p className={classes.error}>{problemText(signIn.error)}</p>}
        </div>
        <TextInput
          type="email"
          label={t('common:email')}
          autoComplete="username"
          value={email}
          error={tried && emailBad ? t('emailNeeded') : null}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('common:password')}
          autoComplete="current-password"
          value={password}
          error={tried && !password ? t('passwordNeeded') : null}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" variant="filled" loading={signIn.isPending}>
          {t('signIn.submit')}
        </Button>
      </form>
      <div className={classes.foot}>
        <p>{t('signIn.help')}</p>
        {setup.demo && <p>{t('signIn.demo')}</p>}
      </div>
    </AuthFrame>
  );
}
