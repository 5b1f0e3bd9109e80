import classes from './brand.module.css';

/** The name under its seal. */
export function Brand({ compact = false }: { compact?: boolean }) {
  return (
    <span className={classes.brand}>
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden focusable="false">
        <rect x="1" y="1" width="30" height="30" rx="4" className={classes.field} />
        <rect x="4" y="4" width="24" height="24" rx="2" className={classes.frame} />
        <path
          d="M8.5 9.5 14.2 23 16 18.6 17.8 23 23.5 9.5M12.6 9.5 16 17.6 19.4 9.5"
          className={classes.mark}
        />
      </svg>
      <span className={compact ? 'sr-only' : classes.name}>Viva</span>
    </span>
  );
}
