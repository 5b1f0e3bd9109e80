/** What the model says stands at each hidden place. */
import type { EncoderFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Section } from '../../../ui/section.tsx';
import classes from './encoder.module.css';

export function Guesses({ frame }: { frame: EncoderFrame | null }) {
  const { t } = useTranslation('lab-encoder');
  const { chance, number, percent } = useFormat();
  if (!frame) return null;
  return (
    <Section title={t('guesses')} lead={frame.model.masked ? t('guessesLead') : t('noHead')}>
      {frame.model.masked && frame.guesses.length === 0 && <p className={classes.note}>{t('noMask')}</p>}
      <div className={classes.guesses}>
        {frame.guesses.map(({ at, options, truth }) => (
          <figure key={at}>
            <figcaption>
              {t('place', { at: number(at + 1, 0) })}
              {truth &&
                ` · ${t('truth', { token: truth.token, rank: number(truth.rank, 0), probability: percent(truth.probability) })}`}
            </figcaption>
            <ol>
              {options.map(({ token, probability }) => (
                <li key={token} data-right={truth?.token === token || undefined}>
                  <span
                    className={classes.bar}
                    style={{ width: `${(100 * probability).toFixed(1)}%` }}
                    aria-hidden
                  />
                  <span>{token}</span>
                  <b>{chance(probability)}</b>
                </li>
              ))}
            </ol>
          </figure>
        ))}
      </div>
    </Section>
  );
}
