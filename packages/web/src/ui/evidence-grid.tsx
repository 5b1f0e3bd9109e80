/** What each rater gave and wrote for one question, side by side. Only ever fed with revealed ratings. */
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { Badge } from './badge.tsx';
import classes from './evidence-grid.module.css';
import { ScoreMark } from './score-mark.tsx';

export interface EvidenceCell {
  raterId: string;
  rater: string;
  score: number | null;
  notAsked: string | null;
  evidence: string;
  amended: boolean;
  /** Later amendments, oldest first; they stand beside the first rating, which is the one that counts. */
  amendments?: { id: string; score: number | null; evidence: string; reason: string | null; at: string }[];
}

export function EvidenceGrid({ cells }: { cells: EvidenceCell[] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormat();
  return (
    <ul className={classes.grid}>
      {cells.map((cell) => (
        <li key={cell.raterId} className={classes.cell}>
          <div className={classes.head}>
            <ScoreMark score={cell.score} />
            <span className={classes.rater}>{cell.rater}</span>
            {cell.amended && <Badge tone="warn">{t('evidence.amended')}</Badge>}
          </div>
          {cell.notAsked !== null ? (
            <p className={classes.notAsked}>{t('evidence.notAsked', { reason: cell.notAsked })}</p>
          ) : (
            <p className={classes.text}>{cell.evidence}</p>
          )}
          {cell.amendments?.map((amendment) => (
            <div key={amendment.id} className={classes.amendment}>
              <div className={classes.head}>
                <ScoreMark score={amendment.score} />
                <span className={classes.when}>
                  {t('evidence.amendedAt', { when: dateTime(amendment.at) })}
                </span>
              </div>
              {amendment.reason && <p className={classes.why}>{amendment.reason}</p>}
              <p className={classes.text}>{amendment.evidence}</p>
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}
