/** The text that is read, and a second one: taken over when one stops typing. */
import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './encoder.module.css';

interface TextBoxProps {
  text: string;
  pair: string;
  onChange: (part: { text?: string; pair?: string }) => void;
}

const PAUSE = 600;

export function TextBox({ text, pair, onChange }: TextBoxProps) {
  const { t } = useTranslation('lab-encoder');
  return (
    <div className={classes.texts}>
      <Draft
        label={t('text')}
        help={t('textHelp')}
        value={text}
        onSettle={(value) => onChange({ text: value })}
      />
      <Draft
        label={t('pair')}
        help={t('pairHelp')}
        value={pair}
        onSettle={(value) => onChange({ pair: value })}
      />
    </div>
  );
}

function Draft({
  label,
  help,
  value,
  onSettle,
}: {
  label: string;
  help: string;
  value: string;
  onSettle: (value: string) => void;
}) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  useEffect(() => {
    if (draft === value) return undefined;
    const timer = setTimeout(() => onSettle(draft), PAUSE);
    return () => clearTimeout(timer);
  }, [draft, value, onSettle]);
  return (
    <Textarea
      size="sm"
      label={label}
      description={help}
      autosize
      minRows={2}
      maxRows={6}
      maxLength={2000}
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
    />
  );
}
