import { Children, type ReactNode } from 'react';
import { useProblemText } from '../api/problems.ts';
import classes from './problem.module.css';

interface ProblemProps {
  /** What was thrown; nothing shows while there is none. */
  error?: unknown;
  /** What else there is to say, or to say where there is no error. */
  children?: ReactNode;
}

/** Says beside a form why it was refused, aloud as well. */
export function Problem({ error, children }: ProblemProps) {
  const problemText = useProblemText();
  if (!error && Children.count(children) === 0) return null;
  return (
    <div className={classes.problem} role="alert">
      {error ? <p>{problemText(error)}</p> : null}
      {children}
    </div>
  );
}
