/** A lab's parameters by group: each with its control and, folded, its explanation. */
import { NativeSelect } from '@mantine/core';
import type { Field, LabDescription } from '@viva/labs/catalog';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import classes from './labs.module.css';

interface ParamFormProps<P extends Record<string, unknown>> {
  lab: LabDescription<P>;
  params: P;
  onChange: (change: Partial<P>) => void;
}

export function ParamForm<P extends Record<string, unknown>>({ lab, params, onChange }: ParamFormProps<P>) {
  const { text } = useFormat();
  return (
    <div className={classes.form}>
      {Object.entries(lab.groups).map(([group, title]) => {
        const shown = lab.fields.filter(
          ({ group: own, hidden, when }) =>
            own === group && !hidden && (!when || when.is.includes(String(params[when.field]))),
        );
        if (shown.length === 0) return null;
        return (
          <fieldset key={group}>
            <legend>{text(title)}</legend>
            {shown.map((field) => (
              <Control
                key={field.id}
                field={field}
                value={params[field.id]}
                onChange={(value) => onChange({ [field.id]: value } as Partial<P>)}
              />
            ))}
          </fieldset>
        );
      })}
    </div>
  );
}

function Control({
  field,
  value,
  onChange,
}: {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const { t } = useTranslation('labs');
  const { text, locale } = useFormat();
  const id = useId();
  return (
    <div className={classes.field}>
      <div className={classes.fieldHead}>
        <label htmlFor={id}>{text(field.label)}</label>
        {field.range && <output htmlFor={id}>{Number(value).toLocaleString(locale)}</output>}
      </div>
      {field.options ? (
        <NativeSelect
          id={id}
          size="xs"
          value={String(value)}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            onChange(typeof value === 'number' ? Number(chosen) : chosen);
          }}
          data={field.options.map((option) => ({ value: option.value, label: text(option.label) }))}
        />
      ) : (
        field.range && (
          <input
            id={id}
            type="range"
            min={field.range[0]}
            max={field.range[1]}
            step={field.range[2]}
            value={Number(value)}
            onChange={(event) => onChange(Number(event.currentTarget.value))}
          />
        )
      )}
      <details>
        <summary>{t('whatIsThis')}</summary>
        <p>{text(field.help)}</p>
      </details>
    </div>
  );
}
