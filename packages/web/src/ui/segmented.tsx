import type { ReactNode } from 'react';
import classes from './segmented.module.css';

interface SegmentedProps<T extends string> {
  /** The radio group's form name: different for each instance on a page. */
  name: string;
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: ReactNode; title?: string; lang?: string }[];
}

/** A few choices side by side: native radios, so that arrows and screen readers know them. */
export function Segmented<T extends string>({ name, label, value, onChange, options }: SegmentedProps<T>) {
  return (
    <fieldset className={classes.group}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={classes.option} title={option.title} lang={option.lang}>
          <input
            type="radio"
            name={name}
            className={classes.input}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            {...(option.title ? { 'aria-label': option.title } : {})}
          />
          <span className={classes.face}>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
