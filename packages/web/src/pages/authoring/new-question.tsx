/** Begins a question that the bank does not have yet: its id, area, competency and titles. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { QUESTION_KINDS, type QuestionKind } from '@viva/bank/authoring';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Dialog } from '../../ui/dialog.tsx';
import classes from './authoring.module.css';
import { vocabularyQuery } from './queries.ts';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** An id from an English title: lower-case words with hyphens. */
export const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');

export function NewQuestion({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['authoring', 'common', 'bank']);
  const { text } = useFormat();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const { data: vocabulary } = useSuspenseQuery(vocabularyQuery);
  const [zh, setZh] = useState('');
  const [en, setEn] = useState('');
  const [ownId, setOwnId] = useState<string | null>(null);
  const [area, setArea] = useState(vocabulary.areas[0] ?? '');
  const [kind, setKind] = useState<QuestionKind>('knowledge');
  const [competency, setCompetency] = useState(vocabulary.competencies[0]?.id ?? '');
  const [tried, setTried] = useState(false);
  const id = ownId ?? slugOf(en);
  const idFault = !SLUG.test(id)
    ? t('create.idForm')
    : vocabulary.ids.includes(id)
      ? t('create.idTaken')
      : null;
  const ready = idFault === null && SLUG.test(area) && zh.trim() !== '' && en.trim() !== '';
  const start = useAction(
    () =>
      api.startProposal({
        body: { create: { id, area, kind, competency, title: { 'zh-CN': zh.trim(), en: en.trim() } } },
      }),
    {
      quiet: true,
      refresh: () => [['proposals']],
      done: (proposal) =>
        void navigate({ to: '/authoring/proposals/$proposalId', params: { proposalId: proposal.id } }),
    },
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('create.title')}
      onSubmit={() => {
        setTried(true);
        if (ready) start.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={start.isPending}>
            {t('create.start')}
          </Button>
        </>
      }
    >
      <div className={classes.stack}>
        <TextInput
          label={t('create.zh')}
          lang="zh-CN"
          required
          maxLength={200}
          value={zh}
          error={tried && zh.trim() === '' ? t('create.needed') : null}
          onChange={(event) => setZh(event.currentTarget.value)}
        />
        <TextInput
          label={t('create.en')}
          lang="en"
          required
          maxLength={200}
          value={en}
          error={tried && en.trim() === '' ? t('create.needed') : null}
          onChange={(event) => setEn(event.currentTarget.value)}
        />
        <TextInput
          label={t('fields.id')}
          description={t('create.idHint')}
          required
          value={id}
          error={tried || ownId !== null ? idFault : null}
          onChange={(event) => setOwnId(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('fields.competency')}
          value={competency}
          data={vocabulary.competencies.map((one) => ({ value: one.id, label: text(one.title) }))}
          onChange={(event) => setCompetency(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('bank:kind')}
          value={kind}
          data={QUESTION_KINDS.map((value) => ({ value, label: t(`common:kind.${value}`) }))}
          onChange={(event) => setKind(event.currentTarget.value as QuestionKind)}
        />
        <NativeSelect
          label={t('fields.area')}
          value={area}
          data={vocabulary.areas}
          onChange={(event) => setArea(event.currentTarget.value)}
        />
        {start.error && (
          <p role="alert" className={classes.problem}>
            {problemText(start.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
