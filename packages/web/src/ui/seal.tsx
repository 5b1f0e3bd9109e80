import classes from './seal.module.css';

interface SealProps {
  /** Stamped: sealed, handed in. Not stamped: an empty outline where the seal will go. */
  stamped: boolean;
  size?: number;
  /** Read aloud; without it the seal is decoration beside a text that says the same. */
  label?: string;
}

/** The seal 封: a scorecard that is handed in and closed to everybody until the panel is complete. */
export function Seal({ stamped, size = 18, label }: SealProps) {
  const shape = {
    viewBox: '0 0 20 20',
    width: size,
    height: size,
    className: classes.seal,
    'data-stamped': stamped || undefined,
  };
  const drawing = (
    <>
      <rect x="1" y="1" width="18" height="18" rx="2.5" className={classes.field} />
      {stamped && (
        <text x="10" y="14.8" textAnchor="middle" className={classes.glyph}>
          封
        </text>
      )}
    </>
  );
  if (!label)
    return (
      <svg {...shape} aria-hidden="true">
        {drawing}
      </svg>
    );
  return (
    <svg {...shape} role="img" aria-label={label}>
      <title>{label}</title>
      {drawing}
    </svg>
  );
}
