/** One problem, and what each strategy said to it. */
import type { ReasoningFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../ui/section.tsx';
import classes from './reasoning.module.css';

export function Samples({ sample }: { sample: ReasoningFrame['sample'] }) {
  const { t } = useTranslation('lab-reasoning');
  if (!sample || sample.said.length === 0) return null;
  return (
    <Section
      title={t('sample')}
      lead={
        sample.expected === null
          ? t('sampleLead', { question: sample.question })
          : t('sampleExpected', { question: sample.question, expected: sample.expected })
      }
    >
      <div className={classes.samples}>
        {sample.said.map(({ strategy, text, answer, right }) => (
          <figure key={strategy}>
            <figcaption>
              {t(`strategy.${strategy}`)}
              <span data-right={right || undefined}>{t(right ? 'right' : 'wrong')}</span>
            </figcaption>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by keyboard too */}
            <pre tabIndex={0}>{text || '—'}</pre>
            {(strategy === 'sc' || strategy.startsWith('tot') || strategy === 'best') && (
              <p>{t('finally', { answer: answer ?? '—' })}</p>
            )}
          </figure>
        ))}
      </div>
    </Section>
  );
}
