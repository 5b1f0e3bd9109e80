/** A small object as JSON: told onwards only while it can be read, so that a half-written one breaks nothing. */
import { Textarea } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Params = Record<string, unknown>;

interface JsonFieldProps {
  label: string;
  value: Params;
  /** What is wrong with the value by other knowledge than its form, or nothing. */
  fault?: string | null;
  onChange: (value: Params) => void;
}

const readObject = (text: string): Params | null => {
  try {
    const value: unknown = JSON.parse(text || '{}');
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Params) : null;
  } catch {
    return null;
  }
};

export function JsonField({ label, value, fault = null, onChange }: JsonFieldProps) {
  const { t } = useTranslation('authoring');
  const [text, setText] = useState(() => JSON.stringify(value));
  const known = readObject(text);
  const held = JSON.stringify(value);
  // Undo, or another window, has changed it: the text follows, unless it says the same in other spacing.
  useEffect(() => {
    setText((own) => (JSON.stringify(readObject(own)) === held ? own : held));
  }, [held]);
  return (
    <Textarea
      label={label}
      value={text}
      autosize
      minRows={1}
      maxRows={8}
      spellCheck={false}
      error={known === null ? t('notJson') : fault}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const params = readObject(next);
        if (params) onChange(params);
      }}
    />
  );
}
