import { type ReactNode, useId } from 'react';
import classes from './editor.module.css';

interface PartProps {
  /** `part-<id>` is its address on the page. */
  id: string;
  title: string;
  lead?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a question in the editor, to be jumped to. */
export function Part({ id, title, lead, actions, children }: PartProps) {
  const label = useId();
  return (
    <section id={`part-${id}`} aria-labelledby={label} tabIndex={-1} className={classes.part}>
      <div className={classes.partHead}>
        <h2 id={label}>{title}</h2>
        {actions}
      </div>
      {lead && <p className={classes.lead}>{lead}</p>}
      {children}
    </section>
  );
}
