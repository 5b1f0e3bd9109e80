import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Candidate } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { candidateQuery, openingQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';

export function EditCandidate({ candidate, onClose }: { candidate: Candidate; onClose: () => void }) {
  const { t } = useTranslation(['candidates', 'common']);
  const [name, setName] = useState(candidate.name);
  const [email, setEmail] = useState(candidate.email ?? '');
  const emailBad = email.trim() !== '' && !/^\S+@\S+$/.test(email.trim());
  const save = useAction(
    () =>
      api.updateCandidate({
        params: { id: candidate.id },
        body: { name: name.trim(), email: email.trim() || null },
      }),
    {
      refresh: () => [candidateQuery(candidate.id).queryKey, openingQuery(candidate.openingId).queryKey],
      done: onClose,
      quiet: true,
    },
  );
  const served = fieldErrors(save.error);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('edit.title')}
      onSubmit={() => name.trim() && !emailBad && save.mutate()}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {t('common:save')}
          </Button>
        </>
      }
    >
      <Problem error={save.error} />
      <TextInput
        label={t('common:name')}
        maxLength={120}
        value={name}
        error={name.trim() ? (served.name ?? null) : t('edit.nameNeeded')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        type="email"
        label={t('common:email')}
        value={email}
        error={emailBad ? t('edit.emailWrong') : (served.email ?? null)}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
    </Dialog>
  );
}
