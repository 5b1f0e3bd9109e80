import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ApiError } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { setupQuery } from '../../api/queries.ts';
import { Problem } from '../../ui/problem.tsx';
import { askPasskey, hasPasskeys, PasskeyCancelled } from '../account/webauthn.ts';
import classes from './auth-frame.module.css';
import { AuthFrame } from './auth-frame.tsx';
import { useEnter } from './entry.ts';
import { SecondStep } from './second-step.tsx';

const route = getRouteApi('/signin');

export function SignInPage() {
  const { t } = useTranslation(['auth', 'common', 'security']);
  const { next } = route.useSearch();
  const { data: setup } = useSuspenseQuery(setupQuery);
  const enter = useEnter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const emailBad = !/^\S+@\S+$/.test(email.trim());
  const [awaitsCode, setAwaitsCode] = useState(false);
  const signIn = useMutation({
    mutationFn: () => api.signIn({ body: { email: email.trim(), password } }),
    onSuccess: (person) => enter(person, next),
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'second-factor-needed') setAwaitsCode(true);
    },
  });
  const withPasskey = useMutation({
    mutationFn: async () => {
      const { ceremony, options } = await api.beginPasskeySignIn();
      return api.signInWithPasskey({ body: { ceremony, response: await askPasskey(options) } });
    },
    onSuccess: (person) => enter(person, next),
  });
  // Cancelled in the browser's own dialog: the person knows.
  const refusal =
    withPasskey.isError && !(withPasskey.error instanceof PasskeyCancelled)
      ? withPasskey.error
      : signIn.error;
  if (awaitsCode)
    return (
      <SecondStep
        next={next}
        onBack={() => {
          setAwaitsCode(false);
          setPassword('');
          signIn.reset();
        }}
      />
    );

  return (
    <AuthFrame title={t('signIn.title')}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          withPasskey.reset();
          if (!emailBad && password) signIn.mutate();
        }}
      >
        <Problem error={refusal} />
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
        {hasPasskeys() && (
          <Button loading={withPasskey.isPending} onClick={() => withPasskey.mutate()}>
            {t('security:signIn.passkey')}
          </Button>
        )}
      </form>
      <div className={classes.foot}>
        <p>{t('signIn.help')}</p>
        {setup.demo && <p>{t('signIn.demo')}</p>}
      </div>
    </AuthFrame>
  );
}
