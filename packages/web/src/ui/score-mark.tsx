import classes from './score-mark.module.css';

/** One score on the 1 to 5 scale; a dash where the question was not asked. */
export function ScoreMark({ score, title }: { score: number | null; title?: string }) {
  return (
    <span className={classes.mark} data-score={score ?? undefined} title={title}>
      {score ?? '—'}
    </span>
  );
}
