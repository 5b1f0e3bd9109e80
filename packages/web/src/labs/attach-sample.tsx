/** A candidate's way to hand a run in: settings, seed, figures, and what one concludes from them. */
import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CONCLUSION_MIN } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client.ts';
import { applicationsQuery } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { Section } from '../ui/section.tsx';

interface AttachSampleProps {
  lab: string;
  params: Record<string, unknown>;
  seed: number;
  engine: string;
  measured: { measures: Readonly<Record<string, number | null>> } | null;
}

export function AttachSample({ lab, params, seed, engine, measured }: AttachSampleProps) {
  const { t } = useTranslation('labs');
  const { data } = useQuery(applicationsQuery);
  const active = data?.filter(({ status }) => status === 'active') ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [conclusion, setConclusion] = useState('');
  const candidateId = chosen ?? active[0]?.candidateId;
  const attach = useAction(
    (id: string) =>
      api.attachWorkSample({
        params: { id },
        body: { lab, params, seed, engine, metrics: { ...measured?.measures }, conclusion },
      }),
    {
      says: t('attach.done'),
      done: () => setConclusion(''),
      refresh: (_, id) => [['candidate', id, 'work-samples']],
    },
  );
  if (active.length === 0) return null;
  const short = conclusion.trim().length < CONCLUSION_MIN;
  return (
    <Section title={t('attach.title')} lead={t('attach.lead')}>
      <NativeSelect
        label={t('attach.application')}
        value={candidateId ?? ''}
        onChange={(event) => setChosen(event.currentTarget.value)}
        data={active.map((one) => ({ value: one.candidateId, label: one.openingTitle }))}
      />
      <Textarea
        label={t('attach.conclusion')}
        description={t('attach.conclusionHelp', { count: CONCLUSION_MIN })}
        autosize
        minRows={3}
        maxLength={8000}
        value={conclusion}
        onChange={(event) => setConclusion(event.currentTarget.value)}
      />
      <p>{!measured && t('attach.measureFirst')}</p>
      <Button
        disabled={!measured || short || !candidateId}
        loading={attach.isPending}
        onClick={() => candidateId && attach.mutate(candidateId)}
      >
        {t('attach.action')}
      </Button>
    </Section>
  );
}
