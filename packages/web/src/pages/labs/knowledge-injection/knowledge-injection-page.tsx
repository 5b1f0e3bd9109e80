/** Which stage injects knowledge: what each kind of pre-training lets a model recite and answer, and what new facts cost. */
import type { KnowledgeInjectionFrame } from '@viva/labs';
import {
  ARM_LABELS,
  type KnowledgeInjectionParams,
  knowledgeInjectionDescription as lab,
  RENEWAL_LABELS,
  SLICK_LABELS,
} from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Curves } from '../../../labs/curves.tsx';
import pages from '../../../labs/lab-page.module.css';
import { LabPage } from '../../../labs/lab-page.tsx';
import { ShareTable } from '../../../labs/share-table.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { Section } from '../../../ui/section.tsx';
import classes from './knowledge-injection.module.css';

const open = (): Worker =>
  new Worker(new URL('../../../labs/knowledge-injection.worker.ts', import.meta.url), { type: 'module' });

type Frame = KnowledgeInjectionFrame;
const FIRST_VIEW = {};

export function KnowledgeInjectionPage() {
  const { t } = useTranslation('lab-knowledge-injection');
  const { text, number } = useFormat();
  const bench = useLab<KnowledgeInjectionParams, object, Frame>(lab, open, FIRST_VIEW);
  const { frame } = bench.training;
  const phase = frame?.phase;
  return (
    <LabPage
      bench={bench}
      measuresLead={t('measuresLead')}
      status={
        phase &&
        t(`stage.${phase.stage}`, {
          of: text('way' in phase ? RENEWAL_LABELS[phase.way] : ARM_LABELS[phase.arm]),
          step: number(frame.inPhase, 0),
          steps: number(phase.steps, 0),
        })
      }
    >
      <Recalls frame={frame} />
      <NewFacts frame={frame} />
      <Sample frame={frame} />
      <Losses frame={frame} />
    </LabPage>
  );
}

function Recalls({ frame }: { frame: Frame | null }) {
  const { t } = useTranslation('lab-knowledge-injection');
  const { text } = useFormat();
  const arms = [...new Set(frame?.recalls.map(({ arm }) => arm))];
  const rows = arms.map((arm) => {
    const before = frame?.recalls.find((one) => one.arm === arm && one.stage === 'pretrain');
    const after = frame?.recalls.find((one) => one.arm === arm && one.stage === 'ask');
    return {
      id: arm,
      label: text(ARM_LABELS[arm]),
      values: [before?.recited, before?.held, after?.taught, after?.held, ...(after?.seen ?? [])].map(
        (value) => value ?? null,
      ),
    };
  });
  return (
    <Section title={t('recall')} lead={t('recallLead')}>
      <ShareTable
        caption={t('recall')}
        corner={t('pretraining')}
        columns={(['recited', 'before', 'taught', 'held', 'seen1', 'seen10', 'seen100'] as const).map(
          (id) => ({
            id,
            label: t(`columns.${id}`),
          }),
        )}
        rows={rows}
        empty={t('waiting')}
      />
    </Section>
  );
}

function NewFacts({ frame }: { frame: Frame | null }) {
  const { t } = useTranslation('lab-knowledge-injection');
  const { text, percent } = useFormat();
  const curves = frame?.curves.filter(({ stage }) => stage === 'renew') ?? [];
  return (
    <Section title={t('renewal')} lead={t('renewalLead')}>
      {curves.length === 0 ? (
        <p className={classes.note}>{t('renewalWaiting')}</p>
      ) : (
        <div className={classes.three}>
          {curves.map((curve) => {
            const name = text(RENEWAL_LABELS[curve.of as keyof typeof RENEWAL_LABELS]);
            const line = (id: 'fresh' | 'known' | 'kept', tone: 'seal' | 'accent' | 'good') => ({
              id,
              label: t(`lines.${id}`),
              tone,
              x: curve.step,
              y: curve[id],
            });
            return (
              <Curves
                key={curve.of}
                title={name}
                label={t('renewalPicture', { name })}
                include={[0, 1]}
                series={[
                  ...(curve.of === 'knownOnly' ? [] : [line('fresh', 'seal')]),
                  line('known', 'accent'),
                  line('kept', 'good'),
                ]}
              />
            );
          })}
        </div>
      )}
      {frame?.slick && (
        <p className={classes.note}>
          {t('slick', {
            classes: Object.entries(frame.slick)
              .map(
                ([kind, share]) =>
                  `${text(SLICK_LABELS[kind as keyof typeof SLICK_LABELS])} ${percent(share)}`,
              )
              .join(' · '),
          })}
        </p>
      )}
    </Section>
  );
}

function Sample({ frame }: { frame: Frame | null }) {
  const { t } = useTranslation('lab-knowledge-injection');
  const { text, percent } = useFormat();
  if (!frame) return null;
  const { sample } = frame;
  return (
    <Section title={t('sample')} lead={t('sampleLead')}>
      <dl className={classes.sample}>
        {sample.texts.map(({ arm, text: words }, at) => (
          <div key={`${arm} ${words}`}>
            <dt>{at < 2 ? text(ARM_LABELS[arm]) : t('another')}</dt>
            <dd lang="en">{words}</dd>
          </div>
        ))}
        <div>
          <dt>{t('question')}</dt>
          <dd lang="en">
            {sample.question} <b>{sample.answer}</b>
          </dd>
        </div>
        {sample.said.map(({ arm, word, probability }) => (
          <div key={arm}>
            <dt>{t('says', { arm: text(ARM_LABELS[arm]) })}</dt>
            <dd>
              <span lang="en" data-right={word === sample.answer}>
                {word}
              </span>{' '}
              <small>
                {t('probability', { share: percent(probability) })}
                {word === sample.answer ? ` · ${t('right')}` : ''}
              </small>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Losses({ frame }: { frame: Frame | null }) {
  const { t } = useTranslation('lab-knowledge-injection');
  const { text } = useFormat();
  const tones = ['seal', 'accent', 'good', 'ink'] as const;
  return (
    <div className={pages.pair}>
      {(['pretrain', 'ask'] as const).map((stage) => (
        <Curves
          key={stage}
          title={t(`loss.${stage}`)}
          label={t(`loss.${stage}`)}
          log
          series={(frame?.curves ?? [])
            .filter((curve) => curve.stage === stage)
            .map((curve, at) => ({
              id: curve.of,
              label: text(ARM_LABELS[curve.of as keyof typeof ARM_LABELS]),
              tone: tones[at % tones.length] ?? 'ink',
              x: curve.step,
              y: curve.loss,
            }))}
        />
      ))}
    </div>
  );
}
