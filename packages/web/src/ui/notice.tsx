import type { ReactNode } from 'react';
import classes from './notice.module.css';

interface NoticeProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Inside a page: no top-level heading. */
  inline?: boolean;
}

/** A quiet full-width message: nothing here yet, not found, could not load. */
export function Notice({ title, children, actions, inline = false }: NoticeProps) {
  // Inside a page it has no heading's rank: it says that something is absent.
  const Heading = inline ? 'p' : 'h1';
  return (
    <div className={classes.notice} data-inline={inline || undefined}>
      <Heading className={classes.title}>{title}</Heading>
      {children && <div className={classes.body}>{children}</div>}
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
