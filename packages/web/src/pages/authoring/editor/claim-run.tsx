/** Running a claim's experiment from the editor: progress, then the verdict with its figures. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ClaimCheck } from '@viva/bank/authoring';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { Play, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Badge } from '../../../ui/badge.tsx';
import table from '../../../ui/table.module.css';
import classes from './editor.module.css';
import { type CheckRun, canRun, measuresOf, runCheck } from './run-check.ts';

type Running = { share: number; stop: AbortController } | null;

export function ClaimRun({ check }: { check: ClaimCheck }) {
  const { t } = useTranslation('authoring');
  const { percent } = useFormat();
  const [running, setRunning] = useState<Running>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [run, setRun] = useState<{ key: string; result: CheckRun } | null>(null);
  const key = JSON.stringify(check);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  if (!canRun(check.lab)) return <p className={classes.lead}>{t('run.noLab')}</p>;
  const start = async () => {
    const mine = new AbortController();
    stop.current = mine;
    setProblem(null);
    setRunning({ share: 0, stop: mine });
    try {
      const result = await runCheck(check, {
        signal: mine.signal,
        onProgress: (share) => setRunning((before) => before && { ...before, share }),
      });
      setRun({ key, result });
    } catch (error) {
      if (!mine.signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setRunning(null);
    }
  };
  const [seed = 1] = check.seeds;
  return (
    <div className={classes.run}>
      <div className={classes.runHead}>
        {running ? (
          <Button
            data-size="compact"
            leftSection={<Square size={12} aria-hidden />}
            onClick={() => running.stop.abort()}
          >
            {t('run.stop')}
          </Button>
        ) : (
          <Button
            data-size="compact"
            leftSection={<Play size={12} aria-hidden />}
            disabled={check.seeds.length === 0 || check.assert.length === 0}
            onClick={() => void start()}
          >
            {t('run.start', { count: check.seeds.length })}
          </Button>
        )}
        <Link to="/labs/$lab" params={{ lab: check.lab }} search={{ ...check.params, seed }} target="_blank">
          {t('run.openLab')}
        </Link>
        {running && (
          <span className={classes.progress}>
            <progress max={1} value={running.share} aria-label={t('run.progress')} /> {percent(running.share)}
          </span>
        )}
      </div>
      {problem && (
        <p role="alert" className={classes.problem}>
          {t('run.failed', { message: problem })}
        </p>
      )}
      {run && !running && <Verdict run={run.result} check={check} stale={run.key !== key} />}
    </div>
  );
}

function Verdict({ run, check, stale }: { run: CheckRun; check: ClaimCheck; stale: boolean }) {
  const { t } = useTranslation('authoring');
  const { text, locale } = useFormat();
  const lab = LAB_DESCRIPTIONS.find(({ id }) => id === check.lab);
  const figure = (value: number | null | undefined): string =>
    value === null || value === undefined
      ? '—'
      : new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }).format(value);
  const holds = run.verdicts.every((one) => one.holds);
  const label = (id: string): string => {
    const metric = lab?.metrics.find((one) => one.id === id);
    const column = lab?.columns?.find((one) => id.startsWith(`${one.id}.`));
    return metric ? [column && text(column.label), text(metric.label)].filter(Boolean).join(' · ') : id;
  };
  return (
    <div role="status" className={classes.verdict}>
      <p>
        <Badge tone={stale ? 'plain' : holds ? 'good' : 'seal'}>
          {t(holds ? 'run.holds' : 'run.refuted')}
        </Badge>{' '}
        {stale && t('run.stale')}
      </p>
      <ul className={classes.assertions}>
        {run.verdicts.map((one) => (
          <li key={one.text}>
            <code>{one.text}</code>{' '}
            <span>
              {figure(one.left)} / {figure(one.right)} · {t(one.holds ? 'run.holds' : 'run.refuted')}
            </span>
          </li>
        ))}
      </ul>
      {!stale && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that can scroll must be reachable by keyboard
        <section className={table.scroll} aria-label={t('run.figures')} tabIndex={0}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t('run.measure')}</th>
                {run.seeds.map(({ seed }) => (
                  <th key={seed} scope="col" className={table.number}>
                    {t('run.seed', { seed })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {measuresOf(check).map((id) => (
                <tr key={id}>
                  <th scope="row">{label(id)}</th>
                  {run.seeds.map(({ seed, metrics }) => (
                    <td key={seed} className={table.number}>
                      {figure(metrics[id])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
