import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { InlineMarkdown } from '../../ui/markdown.tsx';
import classes from './score-scale.module.css';

interface ScoreScaleProps {
  anchors: string[];
  value: number | null;
  onChange: (score: number | null) => void;
  /** The language of the anchors. */
  lang: string;
  /** Shown, and no longer to be changed. */
  locked?: boolean;
}

/** The anchored scale: five points, each with the behaviour that earns it. Arrow keys move, as in any radio group. */
export function ScoreScale({ anchors, value, onChange, lang, locked = false }: ScoreScaleProps) {
  const { t } = useTranslation('scoring');
  const name = useId();
  return (
    <fieldset className={classes.scale} disabled={locked}>
      <legend className={classes.legend}>
        <span>{t('scale.title')}</span>
        {value !== null && !locked && (
          <button type="button" className={classes.clear} onClick={() => onChange(null)}>
            {t('scale.clear')}
          </button>
        )}
      </legend>
      <div className={classes.points}>
        {anchors.map((anchor, index) => {
          const score = index + 1;
          return (
            <label key={score} className={classes.point} data-chosen={score === value || undefined}>
              <input
                type="radio"
                name={name}
                className={classes.input}
                checked={score === value}
                onChange={() => onChange(score)}
              />
              <span className={classes.number}>{score}</span>
              <span className={classes.anchor} lang={lang}>
                <InlineMarkdown>{anchor}</InlineMarkdown>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
