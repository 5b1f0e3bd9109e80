/** The search on the last hand, narrow and wide: what was proposed, how it was judged, what was kept, and what was true. */
import type { SearchTree } from '@viva/labs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import pages from '../../../labs/lab-page.module.css';
import { Section } from '../../../ui/section.tsx';
import table from '../../../ui/table.module.css';
import classes from './reasoning.module.css';

const WIDTH = 520;
const ROW = 15;
const COLUMNS = [70, 210, 360, 490];
/** More states than these are counted, not drawn. */
const MOST = 24;

export function Trees({ trees }: { trees: readonly SearchTree[] }) {
  const { t } = useTranslation('lab-reasoning');
  const { number } = useFormat();
  const deepest = Math.max(0, ...trees.map(({ levels }) => levels.length - 1));
  const [until, setUntil] = useState<number | null>(null);
  const shown = Math.min(until ?? deepest, deepest);
  return (
    <Section
      title={t('trees')}
      lead={trees[0] ? t('treesLead', { hand: trees[0].hand.join('  ') }) : undefined}
    >
      {trees.length === 0 ? (
        <p className={table.muted}>{t('noTrees')}</p>
      ) : (
        <>
          <label className={classes.reveal}>
            <span>{t('reveal', { level: number(shown, 0), of: number(deepest, 0) })}</span>
            <input
              type="range"
              min={0}
              max={deepest}
              value={shown}
              onChange={(event) => setUntil(Number(event.currentTarget.value))}
            />
          </label>
          <div className={classes.trees}>
            {trees.map((tree) => (
              <Tree key={tree.breadth} tree={tree} until={shown} />
            ))}
          </div>
          <p className={classes.note}>{t('treesNote')}</p>
        </>
      )}
    </Section>
  );
}

function Tree({ tree, until }: { tree: SearchTree; until: number }) {
  const { t } = useTranslation('lab-reasoning');
  const levels = tree.levels.map((level) => level.slice(0, MOST));
  const rows = Math.max(1, ...levels.map((level) => level.length));
  const height = Math.max(80, (rows + 1) * ROW);
  const place = (depth: number, at: number): readonly [number, number] => {
    const count = levels[depth]?.length ?? 1;
    return [COLUMNS[depth] ?? WIDTH, ((at + 0.5) * height) / count];
  };
  return (
    <figure className={classes.tree}>
      <figcaption>
        <h3>{t('breadth', { b: tree.breadth })}</h3>
        <span>{tree.answer === null ? t('noAnswer') : `${tree.answer} = 24`}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a picture wider than a phone must be reachable to scroll */}
      <section className={pages.scroll} tabIndex={0} aria-label={t('treePicture', { b: tree.breadth })}>
        <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={t('treePicture', { b: tree.breadth })}>
          {levels.slice(0, until + 1).flatMap((level, depth) =>
            level.map(({ key, parent, kept }, at) => {
              if (depth === 0) return null;
              const from = levels[depth - 1]?.findIndex((one) => one.key === parent) ?? -1;
              if (from < 0) return null;
              const [x1, y1] = place(depth - 1, from);
              const [x2, y2] = place(depth, at);
              return (
                <path
                  key={`${depth}-${key}`}
                  className={classes.edge}
                  data-kept={kept || undefined}
                  d={`M${x1 + 4} ${y1} C ${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2 - 58} ${y2}`}
                />
              );
            }),
          )}
          {levels.slice(0, until + 1).flatMap((level, depth) =>
            level.map(({ key, kept, solvable }, at) => {
              const [x, y] = place(depth, at);
              return (
                <g key={`${depth}-${key}`} className={classes.node} data-kept={kept || undefined}>
                  <circle cx={x} cy={y} r={4} data-solvable={solvable || undefined} />
                  <text x={x - 8} y={y + 3.5} textAnchor="end">
                    {key}
                  </text>
                </g>
              );
            }),
          )}
        </svg>
      </section>
    </figure>
  );
}
