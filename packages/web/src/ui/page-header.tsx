import { type ReactNode, useEffect } from 'react';
import classes from './page-header.module.css';

interface PageHeaderProps {
  title: string;
  /** Where this page stands: links upwards. */
  trail?: ReactNode;
  /** Badges beside the title. */
  badges?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}

/** The head of every page; it also names the browser's tab. */
export function PageHeader({ title, trail, badges, lead, actions }: PageHeaderProps) {
  useTitle(title);
  return (
    <div className={classes.header}>
      {trail && <div className={classes.trail}>{trail}</div>}
      <div className={classes.row}>
        <div className={classes.titles}>
          <h1>{title}</h1>
          {badges && <span className={classes.badges}>{badges}</span>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {lead && <div className={classes.lead}>{lead}</div>}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Viva`;
  }, [title]);
}
