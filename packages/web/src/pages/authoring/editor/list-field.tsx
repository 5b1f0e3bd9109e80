/** A few short values in one line, or one a line: what is typed stays as typed, the list follows. */
import { Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';

interface ListFieldProps {
  label: string;
  description?: ReactNode;
  values: readonly string[];
  /** One a line instead of separated by commas. */
  lines?: boolean;
  error?: string | null;
  onChange: (values: string[]) => void;
}

export function ListField({ label, description, values, lines = false, error, onChange }: ListFieldProps) {
  const read = (text: string): string[] =>
    text
      .split(lines ? /\n/ : /[,，、;；\s]+/)
      .map((one) => one.trim())
      .filter((one) => one !== '');
  const join = (list: readonly string[]): string => list.join(lines ? '\n' : ', ');
  const [text, setText] = useState(() => join(values));
  const held = JSON.stringify(values);
  useEffect(() => {
    setText((own) => (JSON.stringify(read(own)) === held ? own : join(JSON.parse(held) as string[])));
  }, [held]);
  const common = {
    label,
    value: text,
    spellCheck: false,
    error: error ?? null,
    ...(description ? { description } : {}),
  };
  const take = (next: string) => {
    setText(next);
    onChange(read(next));
  };
  return lines ? (
    <Textarea
      {...common}
      autosize
      minRows={2}
      maxRows={10}
      onChange={(event) => take(event.currentTarget.value)}
    />
  ) : (
    <TextInput {...common} onChange={(event) => take(event.currentTarget.value)} />
  );
}
