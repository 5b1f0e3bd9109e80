/** A file of the reader's own: dropped or chosen, read in a worker, never sent. */
import { NativeSelect } from '@mantine/core';
import type { ListedTensor, TensorReport } from '@viva/labs';
import type { LiveParams } from '@viva/labs/catalog';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Histogram } from '../../../labs/histogram.tsx';
import page from '../../../labs/lab-page.module.css';
import type { ProbeCommand, ProbeReport } from '../../../labs/tensor-probe.worker.ts';
import table from '../../../ui/table.module.css';
import { ErrorMap } from './error-map.tsx';
import own from './quantization.module.css';

const openWorker = (): Worker =>
  new Worker(new URL('../../../labs/tensor-probe.worker.ts', import.meta.url), { type: 'module' });

interface Opened {
  file: string;
  tensors: ListedTensor[];
}

export function OwnTensors({ live }: { live: LiveParams }) {
  const { t } = useTranslation('lab-quantization');
  const worker = useRef<Worker | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [tensor, setTensor] = useState('');
  const [report, setReport] = useState<TensorReport | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  useEffect(() => () => worker.current?.terminate(), []);
  const send = (command: ProbeCommand): void => worker.current?.postMessage(command);

  const take = (file: File | undefined): void => {
    if (!file) return;
    worker.current?.terminate();
    const mine = openWorker();
    worker.current = mine;
    setOpened(null);
    setReport(null);
    setTensor('');
    setProblem(null);
    setBusy(true);
    mine.onmessage = ({ data }: MessageEvent<ProbeReport>) => {
      setBusy(false);
      if (data.kind === 'failed') setProblem(data.message);
      else if (data.kind === 'report') {
        setProblem(null);
        setReport(data.report);
      } else {
        setOpened({ file: file.name, tensors: data.tensors });
        const first = data.tensors.find(({ readable, shape }) => readable && shape.length > 1);
        setTensor((first ?? data.tensors.find(({ readable }) => readable))?.name ?? '');
      }
    };
    mine.onerror = ({ message }) => {
      setBusy(false);
      setProblem(message || t('own.unreadable'));
    };
    send({ kind: 'open', file });
  };
  useEffect(() => {
    if (!tensor) return;
    setBusy(true);
    worker.current?.postMessage({ kind: 'probe', tensor, live } satisfies ProbeCommand);
  }, [tensor, live]);

  const readable = opened?.tensors.filter((one) => one.readable) ?? [];
  return (
    <>
      <label
        className={own.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files[0]);
        }}
      >
        <span>{opened ? t('own.another', { file: opened.file }) : t('own.choose')}</span>
        <input
          type="file"
          accept=".safetensors,.gguf"
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
      </label>
      <p aria-live="polite" className={own.state}>
        {busy ? t('own.reading') : ''}
      </p>
      {problem && (
        <p role="alert" className={own.problem}>
          {t('own.failed', { message: problem })}
        </p>
      )}
      {opened && readable.length === 0 && <p className={own.problem}>{t('own.nothing')}</p>}
      {readable.length > 0 && (
        <NativeSelect
          size="xs"
          label={t('own.tensor', { count: readable.length })}
          value={tensor}
          onChange={(event) => setTensor(event.currentTarget.value)}
          data={readable.map(({ name, dtype, shape }) => ({
            value: name,
            label: `${name} · ${dtype} · ${shape.join(' × ')}`,
          }))}
        />
      )}
      {report && <Report report={report} />}
    </>
  );
}

function Report({ report }: { report: TensorReport }) {
  const { t } = useTranslation('lab-quantization');
  const { number } = useFormat();
  const { statistics, histogram, error, whole, rows, columns } = report;
  const figure = (value: number): string => String(Number(value.toPrecision(3)));
  return (
    <>
      <p className={own.state}>
        {t('own.statistics', {
          rows,
          columns,
          min: figure(statistics.min),
          max: figure(statistics.max),
          sd: figure(statistics.sd),
          kurtosis: figure(statistics.kurtosis),
        })}{' '}
        {!whole && t('own.cut')}
      </p>
      <div className={page.pair}>
        <Histogram
          title={t('weights')}
          label={t('weightsPicture', { levels: histogram.levels.length })}
          low={histogram.low}
          high={histogram.high}
          counts={histogram.counts}
          levels={histogram.levels}
          root
        />
        <ErrorMap
          title={t('own.error')}
          label={t('errorPicture')}
          values={error.values}
          rows={error.rows}
          columns={error.columns}
        />
      </div>
      <div className={page.scroll}>
        <table className={table.table}>
          <caption className="sr-only">{t('own.title')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('own.scheme')}</th>
              <th scope="col" className={table.number}>
                {t('bitsAWeight')}
              </th>
              <th scope="col" className={table.number}>
                SQNR (dB)
              </th>
              <th scope="col" className={table.number}>
                {t('own.maxError')}
              </th>
            </tr>
          </thead>
          <tbody>
            {report.table.map((row) => (
              <tr key={`${row.scheme} ${row.nominal} ${row.granularity} ${row.doubleQuant}`}>
                <th scope="row">
                  {row.granularity === 'block'
                    ? t(`formats.${row.scheme === 'fp4' ? 'fp4' : row.doubleQuant ? 'nf4dq' : 'nf4'}`)
                    : t('own.integers', {
                        bits: row.nominal,
                        mode: t(`own.${row.scheme === 'asymmetric' ? 'asymmetric' : 'symmetric'}`),
                        granularity: t(`own.${row.granularity}`),
                      })}
                </th>
                <td className={table.number}>{number(row.bits, 3)}</td>
                <td className={table.number}>{number(row.sqnr, 2)}</td>
                <td className={table.number}>{figure(row.maxError)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
