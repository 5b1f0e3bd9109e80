import { CircleAlert, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './editor.module.css';
import type { PlacedFinding } from './findings.ts';

/** What the checks find at one place, below it; the line where it has one. */
export function FindingList({ findings }: { findings: readonly PlacedFinding[] }) {
  const { t } = useTranslation('authoring');
  if (findings.length === 0) return null;
  return (
    <ul className={classes.findings}>
      {findings.map(({ severity, code, text, line, at }) => (
        <li key={`${at} ${code} ${line ?? 0} ${text}`} data-severity={severity}>
          {severity === 'error' ? (
            <CircleAlert size={13} aria-hidden />
          ) : (
            <TriangleAlert size={13} aria-hidden />
          )}
          <span>
            {line !== undefined && <span className={classes.line}>{t('line', { line })}</span>} {text}
          </span>
        </li>
      ))}
    </ul>
  );
}
