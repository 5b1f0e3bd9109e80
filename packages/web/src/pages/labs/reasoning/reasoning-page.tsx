/** Steps, votes and search: success beside tokens, the tree as it was searched, and what each strategy said. */
import type { ReasoningFrame, ReasoningView } from '@viva/labs';
import { reasoningDescription as lab, type ReasoningParams } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Curves } from '../../../labs/curves.tsx';
import pages from '../../../labs/lab-page.module.css';
import { LabPage } from '../../../labs/lab-page.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { Section } from '../../../ui/section.tsx';
import { CostChart } from './cost-chart.tsx';
import classes from './reasoning.module.css';
import { Samples } from './samples.tsx';
import { Trees } from './trees.tsx';

const open = (): Worker =>
  new Worker(new URL('../../../labs/reasoning.worker.ts', import.meta.url), { type: 'module' });
const FIRST_VIEW: ReasoningView = {};

export function ReasoningPage() {
  const { t } = useTranslation('lab-reasoning');
  const { percent } = useFormat();
  const bench = useLab<ReasoningParams, ReasoningView, ReasoningFrame>(lab, open, FIRST_VIEW);
  const { frame } = bench.training;
  const task = bench.params.task;
  const tiny = task !== 'game24' && task !== 'vote';
  return (
    <LabPage
      bench={bench}
      measuresLead={t(`measuresLead.${tiny ? 'tiny' : task}`)}
      status={frame?.chance != null && t('chance', { share: percent(frame.chance) })}
    >
      <div className={classes.first}>
        <CostChart standings={frame?.standings ?? []} empty={t(tiny ? 'emptyTiny' : 'empty')} />
      </div>
      {task === 'game24' && <Trees trees={frame?.trees ?? []} />}
      {tiny && (
        <div className={pages.pair}>
          <Curves
            title={t('accuracy')}
            label={t('accuracyPicture')}
            include={[0, 1]}
            series={[
              {
                id: 'direct',
                label: t('strategy.direct'),
                tone: 'seal',
                x: frame?.curves.step ?? [],
                y: frame?.curves.direct ?? [],
              },
              {
                id: 'cot',
                label: t('strategy.cot'),
                tone: 'accent',
                x: frame?.curves.step ?? [],
                y: frame?.curves.cot ?? [],
              },
            ]}
          />
          <Curves
            title={t('loss')}
            label={t('lossPicture')}
            log
            series={[
              {
                id: 'direct',
                label: t('strategy.direct'),
                tone: 'seal',
                x: frame?.losses.step ?? [],
                y: frame?.losses.direct ?? [],
              },
              {
                id: 'cot',
                label: t('strategy.cot'),
                tone: 'accent',
                x: frame?.losses.step ?? [],
                y: frame?.losses.cot ?? [],
              },
            ]}
          />
        </div>
      )}
      {task === 'vote' && (
        <Section title={t('votes')} lead={t('votesLead')}>
          <Curves
            title={t('votesAxis')}
            label={t('votesPicture')}
            include={[0, 1]}
            series={[
              {
                id: 'measured',
                label: t('measured'),
                tone: 'accent',
                x: frame?.votes.k ?? [],
                y: frame?.votes.success ?? [],
              },
              {
                id: 'exact',
                label: t('exact'),
                tone: 'ink',
                dashed: true,
                x: frame?.votes.k ?? [],
                y: frame?.votes.exact ?? [],
              },
            ]}
          />
        </Section>
      )}
      <Samples sample={frame?.sample ?? null} />
    </LabPage>
  );
}
