/** The first visit: the owner's account. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useLocale } from '../../i18n/use-format.ts';
import { Problem } from '../../ui/problem.tsx';
import classes from './auth-frame.module.css';
import { AuthFrame } from './auth-frame.tsx';
import { useEnter } from './entry.ts';
import { PASSWORD_MIN } from './password.ts';

export function SetupPage() {
  const { t } = useTranslation(['auth', 'common']);
  const enter = useEnter();
  const locale = useLocale();
  const [form, setForm] = useState({ name: '', email: '', password: '' });
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: () => api.createOwner({ body: { ...form, email: form.email.trim(), locale } }),
    onSuccess: (person) => enter(person),
  });
  const served = fieldErrors(create.error);
  const wrong = {
    name: form.name.trim() ? null : t('nameNeeded'),
    email: /^\S+@\S+$/.test(form.email.trim()) ? null : t('emailNeeded'),
    password: form.password.length >= PASSWORD_MIN ? null : t('passwordShort', { min: PASSWORD_MIN }),
  };
  const bind = (field: keyof typeof form) => ({
    value: form[field],
    error: (tried ? wrong[field] : null) ?? served[field] ?? null,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [field]: value }));
    },
  });

  return (
    <AuthFrame title={t('setup.title')} lead={<p>{t('setup.lead')}</p>}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!wrong.name && !wrong.email && !wrong.password) create.mutate();
        }}
      >
        <Problem error={create.error} />
        <TextInput label={t('common:name')} autoComplete="name" maxLength={120} {...bind('name')} />
        <TextInput type="email" label={t('common:email')} autoComplete="username" {...bind('email')} />
        <PasswordInput
          label={t('common:password')}
          description={t('passwordHint', { min: PASSWORD_MIN })}
          autoComplete="new-password"
          {...bind('password')}
        />
        <Button type="submit" variant="filled" loading={create.isPending}>
          {t('setup.submit')}
        </Button>
      </form>
    </AuthFrame>
  );
}
