import type { ReactNode } from 'react';
import classes from './tab-nav.module.css';

/** Parts of a page, each with an address of its own: links, not a tab widget. Give it `<Link>`s. */
export function TabNav({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={classes.tabs}>
      {children}
    </nav>
  );
}
