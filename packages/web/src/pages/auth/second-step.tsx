import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { Problem } from '../../ui/problem.tsx';
import classes from './auth-frame.module.css';
import { AuthFrame } from './auth-frame.tsx';
import { useEnter } from './entry.ts';

/** After a right password: the code of the authenticator app, or a backup code. */
export function SecondStep({ next, onBack }: { next: string | undefined; onBack: () => void }) {
  const { t } = useTranslation('security');
  const enter = useEnter();
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const send = useMutation({
    mutationFn: () => api.signInWithSecondFactor({ body: { code: code.trim() } }),
    onSuccess: (person) => enter(person, next),
  });
  const short = code.trim().length < 6;
  const over = send.error instanceof ApiError && send.error.code === 'sign-in-again';
  return (
    <AuthFrame title={t('signIn.codeTitle')}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!short && !over) send.mutate();
        }}
      >
        <Problem error={send.error} />
        <TextInput
          label={t('signIn.code')}
          description={t('signIn.codeHint')}
          autoComplete="one-time-code"
          autoFocus
          maxLength={40}
          value={code}
          error={tried && short ? t('signIn.codeNeeded') : null}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" variant="filled" loading={send.isPending} disabled={over}>
          {t('signIn.submit')}
        </Button>
        <Button onClick={onBack}>{t('signIn.back')}</Button>
      </form>
    </AuthFrame>
  );
}
