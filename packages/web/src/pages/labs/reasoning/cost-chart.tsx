/** Success against tokens a problem, on a logarithmic axis, with the same figures in a table. */
import type { ReasoningFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Section } from '../../../ui/section.tsx';
import table from '../../../ui/table.module.css';
import classes from './reasoning.module.css';

type Standing = ReasoningFrame['standings'][number];

const WIDTH = 560;
const HEIGHT = 260;
const LEFT = 44;
const RIGHT = 20;
const TOP = 24;
const BOTTOM = 34;

export function CostChart({ standings, empty }: { standings: readonly Standing[]; empty: string }) {
  const { t } = useTranslation('lab-reasoning');
  const { percent, number } = useFormat();
  if (standings.length === 0)
    return (
      <Section title={t('cost')}>
        <p className={table.muted}>{empty}</p>
      </Section>
    );
  const logs = standings.map(({ tokens }) => Math.log10(Math.max(1, tokens)));
  const low = Math.floor(2 * Math.min(...logs)) / 2;
  const high = Math.max(low + 1, Math.ceil(2 * Math.max(...logs)) / 2);
  const px = (tokens: number): number =>
    LEFT + ((Math.log10(Math.max(1, tokens)) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const py = (share: number): number => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const ticks = [1, 10, 100, 1000, 10_000, 100_000].filter(
    (tick) => Math.log10(tick) >= low && Math.log10(tick) <= high,
  );
  return (
    <Section title={t('cost')} lead={t('costLead')}>
      <div className={classes.cost}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('costPicture')}>
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <g key={share}>
              <line className={classes.grid} x1={LEFT} x2={WIDTH - RIGHT} y1={py(share)} y2={py(share)} />
              <text className={classes.tick} x={LEFT - 6} y={py(share) + 4} textAnchor="end">
                {percent(share)}
              </text>
            </g>
          ))}
          {ticks.map((tick) => (
            <text key={tick} className={classes.tick} x={px(tick)} y={HEIGHT - 16} textAnchor="middle">
              {number(tick, 0)}
            </text>
          ))}
          <text className={classes.tick} x={WIDTH - RIGHT} y={HEIGHT - 2} textAnchor="end">
            {t('tokensAxis')}
          </text>
          {standings.map(({ strategy, tokens, solved, tried }) => {
            const x = px(tokens);
            const left = x > WIDTH - 150;
            return (
              <g key={strategy} data-strategy={strategy} className={classes.point}>
                <circle cx={x} cy={py(solved / tried)} r={5} />
                <text
                  x={left ? x - 9 : x + 9}
                  y={py(solved / tried) + (strategy === 'cot' || strategy === 'best' ? 14 : -6)}
                  textAnchor={left ? 'end' : 'start'}
                >
                  {t(`strategy.${strategy}`)}
                </text>
              </g>
            );
          })}
        </svg>
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              <th scope="col">{t('strategyName')}</th>
              <th scope="col" className={table.number}>
                {t('success')}
              </th>
              <th scope="col" className={table.number}>
                {t('tokens')}
              </th>
            </tr>
          </thead>
          <tbody>
            {standings.map(({ strategy, tokens, solved, tried }) => (
              <tr key={strategy}>
                <th scope="row">{t(`strategy.${strategy}`)}</th>
                <td className={table.number} data-label={t('success')}>
                  {percent(solved / tried)} <span className={table.muted}>{`${solved}/${tried}`}</span>
                </td>
                <td className={table.number} data-label={t('tokens')}>
                  {number(tokens, 0)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
