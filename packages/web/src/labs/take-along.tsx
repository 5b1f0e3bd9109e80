/** Ways to take a run along: a page that stands alone, figures as JSON or CSV, pictures as PNG, an address that repeats it. */
import { Button, NativeSelect } from '@mantine/core';
import type { LabDescription, Measures } from '@viva/labs/catalog';
import { Link2 } from 'lucide-react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { saveBlob } from '../ui/save-blob.ts';
import { saveReport } from '../ui/save-report.ts';
import { toast } from '../ui/toast.ts';
import classes from './lab-page.module.css';
import { picturesOf } from './pictures.ts';
import { runCsv, runJson } from './run-export.ts';
import type { SeedResult } from './use-seeds.ts';

interface TakeAlongProps<P> {
  root: RefObject<HTMLDivElement | null>;
  lab: LabDescription<P>;
  params: P;
  seed: number;
  engine: string;
  measured: { step: number; measures: Measures } | null;
  seeds: readonly SeedResult[];
  disabled: boolean;
}

export function TakeAlong<P>({ root, lab, disabled, ...run }: TakeAlongProps<P>) {
  const { t } = useTranslation('labs');
  const { text } = useFormat();
  const save = async (kind: string): Promise<void> => {
    if (!root.current) return;
    const name = `viva-${lab.id}-${run.seed}`;
    if (kind === 'html') saveReport(root.current, text(lab.title));
    else if (kind === 'json')
      saveBlob(new Blob([runJson(lab, run)], { type: 'application/json' }), `${name}.json`);
    else if (kind === 'csv') saveBlob(new Blob([runCsv(lab, run)], { type: 'text/csv' }), `${name}.csv`);
    else for (const { label, blob } of await picturesOf(root.current)) saveBlob(blob, `${name}-${label}.png`);
  };
  const figures = run.measured !== null || run.seeds.length > 0;
  return (
    <div className={`${classes.seeds} no-print`}>
      <Button
        variant="default"
        leftSection={<Link2 size={14} aria-hidden />}
        onClick={() =>
          void navigator.clipboard.writeText(location.href).then(
            () => toast.good(t('take.copied')),
            () => toast.bad(t('take.notCopied')),
          )
        }
      >
        {t('take.link')}
      </Button>
      <NativeSelect
        aria-label={t('take.save')}
        disabled={disabled}
        value=""
        onChange={(event) => void save(event.currentTarget.value)}
        data={[
          { value: '', label: t('take.save') },
          { value: 'html', label: t('take.html') },
          { value: 'json', label: t('take.json'), disabled: !figures },
          { value: 'csv', label: t('take.csv'), disabled: !figures },
          { value: 'png', label: t('take.png') },
        ]}
      />
    </div>
  );
}
