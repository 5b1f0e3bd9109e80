/** What makes prompts generalise: phrasings by strategies, with what each model answers to a phrasing that it never read. */
import { NativeSelect } from '@mantine/core';
import type { PromptGeneralizationFrame } from '@viva/labs';
import {
  promptGeneralizationDescription as lab,
  PHRASING_LABELS,
  type PromptGeneralizationParams,
  STRATEGY_LABELS,
} from '@viva/labs/catalog';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Curves } from '../../../labs/curves.tsx';
import pages from '../../../labs/lab-page.module.css';
import { LabPage } from '../../../labs/lab-page.tsx';
import { ShareTable } from '../../../labs/share-table.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { Section } from '../../../ui/section.tsx';
import table from '../../../ui/table.module.css';

const open = (): Worker =>
  new Worker(new URL('../../../labs/prompt-generalization.worker.ts', import.meta.url), { type: 'module' });

type Frame = PromptGeneralizationFrame;
type Strategy = keyof typeof STRATEGY_LABELS;
const FIRST_VIEW = {};
const PHRASINGS = Object.entries(PHRASING_LABELS);
const TUNED: readonly Strategy[] = ['soft', 'prefix', 'full'];
const TONES = ['ink', 'accent', 'seal', 'good', 'accent'] as const;

export function PromptGeneralizationPage() {
  const { t } = useTranslation('lab-prompt-generalization');
  const { text, number } = useFormat();
  const bench = useLab<PromptGeneralizationParams, object, Frame>(lab, open, FIRST_VIEW);
  const { frame } = bench.training;
  const curves = (tuned: boolean) =>
    (frame?.curves ?? [])
      .filter(({ strategy }) => TUNED.includes(strategy) === tuned)
      .map(({ strategy, step, loss }, at) => ({
        id: strategy,
        label: text(STRATEGY_LABELS[strategy]),
        tone: TONES[at] ?? ('ink' as const),
        dashed: at === 4,
        x: step,
        y: loss,
      }));
  return (
    <LabPage
      bench={bench}
      measuresLead={t('measuresLead')}
      status={
        frame?.running &&
        t('running', {
          strategy: text(STRATEGY_LABELS[frame.running]),
          step: number(frame.inPhase, 0),
          steps: number(frame.phaseSteps, 0),
        })
      }
    >
      <Matrix frame={frame} />
      <Answers frame={frame} />
      <div className={pages.pair}>
        <Curves title={t('loss')} label={t('loss')} log series={curves(false)} />
        <Curves title={t('tuningLoss')} label={t('tuningLoss')} log series={curves(true)} />
      </div>
    </LabPage>
  );
}

function Matrix({ frame }: { frame: Frame | null }) {
  const { t } = useTranslation('lab-prompt-generalization');
  const { text } = useFormat();
  const results = frame?.results ?? [];
  const row = (id: string, label: string, of: (shares: readonly number[]) => number) => ({
    id,
    label,
    values: results.map(({ shares }) => of(shares)),
  });
  const held = (shares: readonly number[]): readonly number[] => shares.slice(1, 5);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return (
    <Section title={t('matrix')} lead={t('matrixLead')}>
      <ShareTable
        caption={t('matrix')}
        corner={t('phrasing')}
        columns={results.map(({ strategy }) => ({ id: strategy, label: text(STRATEGY_LABELS[strategy]) }))}
        rows={
          results.length === 0
            ? []
            : [
                ...PHRASINGS.map(([id, label], at) => row(id, text(label), (shares) => shares[at] ?? 0)),
                row('meanHeld', t('meanHeld'), (shares) => mean(held(shares))),
                row('worst', t('worst'), (shares) => Math.min(...shares.slice(1))),
              ]
        }
        empty={t('waiting')}
      />
    </Section>
  );
}

function Answers({ frame }: { frame: Frame | null }) {
  const { t } = useTranslation('lab-prompt-generalization');
  const { text } = useFormat();
  const results = frame?.results ?? [];
  const [picked, setPicked] = useState<Strategy | null>(null);
  const last = results.at(-1)?.strategy;
  if (!frame || !last) return null;
  const shown = picked && results.some(({ strategy }) => strategy === picked) ? picked : last;
  return (
    <Section title={t('answers')} lead={t('answersLead')}>
      <NativeSelect
        size="xs"
        label={t('strategy')}
        value={shown}
        onChange={(event) => setPicked(event.currentTarget.value as Strategy)}
        data={results.map(({ strategy }) => ({ value: strategy, label: text(STRATEGY_LABELS[strategy]) }))}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the page must be reachable to scroll */}
      <div className={pages.scroll} tabIndex={0}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t('prompt')}</th>
              <th scope="col">{t('wanted')}</th>
              <th scope="col">{t('said')}</th>
            </tr>
          </thead>
          <tbody>
            {frame.samples
              .filter(({ strategy }) => strategy === shown)
              .map(({ prompt, wanted, said }) => (
                <tr key={prompt} lang="en">
                  <th scope="row">{prompt}</th>
                  <td>{wanted}</td>
                  <td>
                    {said} {said === wanted ? '✓' : '✗'}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
