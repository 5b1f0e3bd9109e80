import { Textarea } from '@mantine/core';
import { EVIDENCE_MAX } from '@viva/server/client';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { countCharacters } from './completeness.ts';
import classes from './scoring.module.css';

interface EvidenceFieldProps {
  value: string;
  min: number;
  onChange: (evidence: string) => void;
  inputRef?: Ref<HTMLTextAreaElement>;
  error?: string | null;
}

/** What the candidate said or did, with the way still to go to the least length. */
export function EvidenceField({ value, min, onChange, inputRef, error }: EvidenceFieldProps) {
  const { t } = useTranslation('scoring');
  const count = countCharacters(value);
  return (
    <Textarea
      ref={inputRef}
      label={t('evidence.title')}
      description={
        <span className={classes.counter} data-enough={count >= min || undefined}>
          <span>{t('evidence.hint')}</span>
          <span className={classes.count}>
            {count >= min ? t('evidence.count', { count }) : t('evidence.short', { count, min })}
          </span>
        </span>
      }
      autosize
      minRows={5}
      maxRows={18}
      maxLength={EVIDENCE_MAX}
      value={value}
      error={error ?? null}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
