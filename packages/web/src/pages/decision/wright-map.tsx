/** Candidates, raters, questions and steps on one vertical scale of logits (a Wright map). */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './statistics.module.css';

const WIDTH = 920;
const TOP = 40;
const BOTTOM = 16;
const GAP = 16;

interface Mark {
  id: string;
  label: string;
  measure: number;
}

/** Heights for labels, no two nearer than the gap, in order of their marks and as near to them as that allows. */
function labelHeights(marks: readonly number[], low: number, high: number): number[] {
  const out: number[] = [];
  for (const y of marks) out.push(Math.max(y, (out.at(-1) ?? low - GAP) + GAP));
  // What ran over the lower edge pushes back up.
  let limit = high;
  for (let at = out.length - 1; at >= 0; at--) {
    out[at] = Math.min(out[at] ?? limit, limit);
    limit = (out[at] ?? limit) - GAP;
  }
  return out;
}

export function WrightMap({ report }: { report: DecisionReport }) {
  const { t } = useTranslation('decision');
  const { text, number } = useFormat();
  const { scale } = report.analysis;
  if (!scale) return null;
  const candidate = new Map(report.candidates.map((one) => [one.candidate.id, one.candidate.name]));
  const rater = new Map(report.raters.map(({ id, name }) => [id, name]));
  const question = new Map(report.questions.map(({ id, title }) => [id, text(title)]));
  const columns: { key: 'candidates' | 'raters' | 'questions' | 'steps'; x: number; marks: Mark[] }[] = [
    {
      key: 'candidates',
      x: 70,
      marks: scale.candidates.map((one) => ({ ...one, label: candidate.get(one.id) ?? one.id })),
    },
    {
      key: 'raters',
      x: 310,
      marks: scale.raters.map((one) => ({ ...one, label: rater.get(one.id) ?? one.id })),
    },
    {
      key: 'questions',
      x: 480,
      marks: scale.questions.map((one) => ({ ...one, label: question.get(one.id) ?? one.id })),
    },
    {
      key: 'steps',
      x: 800,
      marks: scale.steps.map(({ category, measure }) => ({
        id: String(category),
        label: t('map.step', { from: category - 1, to: category }),
        measure,
      })),
    },
  ];
  const all = columns.flatMap(({ marks }) => marks.map(({ measure }) => measure));
  const low = Math.floor(Math.min(...all, -1));
  const high = Math.ceil(Math.max(...all, 1));
  const most = Math.max(...columns.map(({ marks }) => (marks.length > 60 ? 0 : marks.length)));
  const height = Math.max(360, TOP + BOTTOM + most * GAP + 40);
  const y = (measure: number): number => TOP + ((high - measure) / (high - low)) * (height - TOP - BOTTOM);
  const step = high - low > 12 ? 2 : 1;
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, at) => low + at * step);
  return (
    <figure className={classes.map}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard */}
      <section className={classes.mapScroll} aria-label={t('map.picture')} tabIndex={0}>
        <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={t('map.spoken')}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={classes.mapGrid} x1={46} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
              <text className={classes.mapTick} x={38} y={y(tick) + 4} textAnchor="end">
                {number(tick, 0)}
              </text>
            </g>
          ))}
          {columns.map(({ key, x, marks }) => {
            const sorted = [...marks].sort((a, b) => b.measure - a.measure);
            const heights = labelHeights(
              sorted.map(({ measure }) => y(measure)),
              TOP,
              height - BOTTOM,
            );
            return (
              <g key={key}>
                <text className={classes.mapHead} x={x} y={18}>
                  {t(`map.${key}`)}
                </text>
                {sorted.map(({ id, label, measure }, at) => (
                  <g key={id}>
                    <circle className={classes.mapMark} data-key={key} cx={x} cy={y(measure)} r={4}>
                      <title>{`${label} ${number(measure)}`}</title>
                    </circle>
                    {sorted.length <= 60 && (
                      <>
                        <line
                          className={classes.mapLead}
                          x1={x + 5}
                          x2={x + 14}
                          y1={y(measure)}
                          y2={heights[at] ?? 0}
                        />
                        <text className={classes.mapLabel} x={x + 18} y={(heights[at] ?? 0) + 4}>
                          {shorten(label, key === 'questions' ? 40 : 26)}
                        </text>
                      </>
                    )}
                  </g>
                ))}
              </g>
            );
          })}
        </svg>
      </section>
      <figcaption>{t('map.caption')}</figcaption>
    </figure>
  );
}

/** Cut to a width in Latin letters, Chinese characters counting two. */
function shorten(label: string, width: number): string {
  let used = 0;
  let out = '';
  for (const char of label) {
    used += /[\u2e80-\uffef]/.test(char) ? 2 : 1;
    if (used > width) return `${out}…`;
    out += char;
  }
  return out;
}
