/** One run is an anecdote: the same parameters over several seeds, with their spread. */
import { Button, NumberInput } from '@mantine/core';
import { type LabDescription, summarise } from '@viva/labs/catalog';
import { Dices, Square } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { Section } from '../ui/section.tsx';
import table from '../ui/table.module.css';
import classes from './lab-page.module.css';
import { duration } from './transport.tsx';
import type { SeedResult, Seeds } from './use-seeds.ts';

interface SeedsPanelProps {
  lab: Pick<LabDescription<never>, 'metrics' | 'columns'>;
  seed: number;
  seeds: Seeds;
}

function Panel({ lab, seed, seeds: { results, running, problem, run, stop } }: SeedsPanelProps) {
  const { t } = useTranslation('labs');
  const { percent } = useFormat();
  const [count, setCount] = useState(5);
  return (
    <Section title={t('seeds.title')} lead={t('seeds.lead', { seed })}>
      <div className={`${classes.seeds} no-print`}>
        <NumberInput
          size="xs"
          w={110}
          label={t('seeds.count')}
          min={2}
          max={100}
          allowDecimal={false}
          value={count}
          onChange={(value) => typeof value === 'number' && setCount(Math.trunc(value))}
        />
        {running ? (
          <Button size="xs" variant="default" leftSection={<Square size={12} aria-hidden />} onClick={stop}>
            {t('seeds.stop')}
          </Button>
        ) : (
          <Button
            size="xs"
            variant="default"
            leftSection={<Dices size={13} aria-hidden />}
            disabled={count < 2 || count > 100}
            onClick={() => run(count)}
          >
            {t('seeds.run')}
          </Button>
        )}
      </div>
      {running && (
        <p className={classes.seedsProgress}>
          <progress max={1} value={running.share} aria-label={t('seeds.title')} />
          <span>
            {t('seeds.progress', {
              done: results.length,
              count: running.count,
              share: percent(running.share),
            })}
            {running.secondsLeft !== null && ` · ${t('left', { time: duration(running.secondsLeft, t) })}`}
          </span>
        </p>
      )}
      {problem && (
        <p role="alert" className={classes.problem}>
          {t('seeds.failed', { message: problem })}
        </p>
      )}
      {results.length > 0 && <SeedsTable lab={lab} results={results} />}
    </Section>
  );
}

export const SeedsPanel = memo(Panel);

function SeedsTable({ lab, results }: { lab: SeedsPanelProps['lab']; results: readonly SeedResult[] }) {
  const { t } = useTranslation('labs');
  const { text, number } = useFormat();
  const summary = summarise(results);
  const column = (id: string): string => {
    const own = lab.columns?.find((one) => id.startsWith(`${one.id}.`));
    return own ? `${text(own.label)} · ` : '';
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must take the focus
    <div className={classes.scroll} role="group" tabIndex={0} aria-label={t('seeds.title')}>
      <table className={table.table}>
        <caption className="sr-only">{t('seeds.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('seeds.of', { count: results.length })}</th>
            {(['mean', 'sd', 'min', 'max'] as const).map((name) => (
              <th key={name} scope="col" className={table.number}>
                {t(`seeds.${name}`)}
              </th>
            ))}
            <th scope="col">{t('seeds.each')}</th>
          </tr>
        </thead>
        <tbody>
          {lab.metrics.map(({ id, label, digits }) => {
            const own = summary[id];
            if (!own) return null;
            return (
              <tr key={id}>
                <th scope="row">
                  {column(id)}
                  {text(label)}
                </th>
                <td className={table.number}>{number(own.mean, digits + 1)}</td>
                <td className={table.number}>{number(own.sd, digits + 1)}</td>
                <td className={table.number}>{number(own.min, digits)}</td>
                <td className={table.number}>{number(own.max, digits)}</td>
                <td>
                  <Strip results={results} id={id} low={own.min} high={own.max} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Each seed a dot, from the least to the greatest; the table beside it has the figures. */
function Strip({
  results,
  id,
  low,
  high,
}: {
  results: readonly SeedResult[];
  id: string;
  low: number;
  high: number;
}) {
  return (
    <svg className={classes.strip} viewBox="0 0 140 16" aria-hidden>
      <line x1={4} x2={136} y1={8} y2={8} />
      {results.map(({ seed, metrics }) => {
        const value = metrics[id];
        if (value === null || value === undefined) return null;
        const share = high > low ? (value - low) / (high - low) : 0.5;
        return <circle key={seed} cx={6 + 128 * share} cy={8} r={4} />;
      })}
    </svg>
  );
}
