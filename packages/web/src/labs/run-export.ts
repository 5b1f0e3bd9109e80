/** A run's figures as files: JSON of the shape that `viva lab run --json` prints, CSV of one row a seed. */
import { type LabDescription, type Measures, summarise } from '@viva/labs/catalog';
import type { SeedResult } from './use-seeds.ts';

interface Run<P> {
  params: P;
  seed: number;
  engine: string;
  measured: { step: number; measures: Measures } | null;
  seeds: readonly SeedResult[];
}

const rowsOf = <P>({
  seed,
  measured,
  seeds,
}: Run<P>): { seed: number; metrics: Measures; step?: number }[] =>
  seeds.length > 0
    ? seeds.map(({ seed: one, metrics }) => ({ seed: one, metrics }))
    : measured
      ? [{ seed, metrics: measured.measures, step: measured.step }]
      : [];

/** Seeds where they were run, else the run on the screen, with the step that it was measured at. */
export function runJson<P>({ id }: Pick<LabDescription<P>, 'id'>, run: Run<P>): string {
  const seeds = rowsOf(run);
  const engine = run.seeds[0]?.engine ?? run.engine;
  return `${JSON.stringify({ lab: id, params: run.params, seeds, summary: summarise(seeds), engine }, null, 2)}\n`;
}

/** @returns RFC 4180: a header, then one row a seed; an empty cell where there is no figure */
export function runCsv<P>({ metrics }: Pick<LabDescription<P>, 'metrics'>, run: Run<P>): string {
  const rows = rowsOf(run);
  const listed = metrics.map(({ id }) => id);
  const unlisted = new Set(
    rows.flatMap((row) => Object.keys(row.metrics)).filter((id) => !listed.includes(id)),
  );
  const names = [...listed, ...unlisted].filter((id) => rows.some((row) => row.metrics[id] != null));
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [
    ['seed', ...names].map(quoted).join(','),
    ...rows.map(({ seed, metrics: own }) => [seed, ...names.map((name) => own[name] ?? '')].join(',')),
    '',
  ].join('\r\n');
}
