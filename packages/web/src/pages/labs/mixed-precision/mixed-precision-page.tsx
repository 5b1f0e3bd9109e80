/** One network in seven precisions at once: losses, sizes of gradients over what half precision holds, and the scalers. */
import type { ArmId, MixedPrecisionFrame, MixedPrecisionView } from '@viva/labs';
import { mixedPrecisionDescription as lab, type MixedPrecisionParams } from '@viva/labs/catalog';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import charts from '../../../labs/charts.module.css';
import { Curves, type Series } from '../../../labs/curves.tsx';
import { Histogram } from '../../../labs/histogram.tsx';
import classes from '../../../labs/lab-page.module.css';
import { LabPage } from '../../../labs/lab-page.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { Segmented } from '../../../ui/segmented.tsx';
import own from './mixed-precision.module.css';
import { ScaleTrace } from './scale-trace.tsx';

const open = (): Worker =>
  new Worker(new URL('../../../labs/mixed-precision.worker.ts', import.meta.url), { type: 'module' });
const FIRST_VIEW: MixedPrecisionView = { arm: 'fp16' };

const INKS: Record<ArmId, Pick<Series, 'tone' | 'dashed'>> = {
  fp32: { tone: 'ink' },
  fp16: { tone: 'seal' },
  fp16Master: { tone: 'seal', dashed: true },
  static: { tone: 'accent' },
  dynamic: { tone: 'accent', dashed: true },
  bf16: { tone: 'good' },
  bf16Pure: { tone: 'good', dashed: true },
};
const ARMS = Object.keys(INKS) as ArmId[];
/** Beyond the ends there is next to nothing. */
const FROM = -40;
const TO = 18;
const power = (value: number): string => `2${sup(value)}`;
const sup = (value: number): string =>
  String(Math.round(value)).replace(/[-\d]/g, (mark) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt('-0123456789'.indexOf(mark)));

export function MixedPrecisionPage() {
  const { t } = useTranslation('lab-mixed-precision');
  const { text, percent, list } = useFormat();
  const bench = useLab<MixedPrecisionParams, MixedPrecisionView, MixedPrecisionFrame>(lab, open, FIRST_VIEW);
  const { training } = bench;
  const { frame } = training;
  const [arm, setArm] = useState<ArmId>(FIRST_VIEW.arm);
  const nameOf = (id: ArmId): string =>
    text(lab.columns?.find((column) => column.id === id)?.label ?? lab.title);
  const smooth = (values: Float32Array | undefined): Float32Array => {
    const out = new Float32Array(values?.length ?? 0);
    let mean = values?.[0] ?? 0;
    for (let at = 0; at < out.length; at++) {
      const value = values?.[at] ?? Number.NaN;
      mean = Number.isFinite(mean) ? mean + 0.1 * (value - mean) : value;
      // A loss that has exploded would flatten the others.
      out[at] = mean > 5 ? 5 : mean;
    }
    return out;
  };
  const sizes = frame?.sizes;
  const bins = (counts: Float32Array | undefined): Float32Array =>
    counts && sizes ? counts.slice(FROM - sizes.first, TO - sizes.first) : new Float32Array(TO - FROM);
  const below = percent(sizes?.below ?? 0);
  return (
    <LabPage bench={bench} measuresLead={t('measuresLead')} status={t('emulated')}>
      <div className={own.losses}>
        <Curves
          title={t('losses')}
          label={t('lossesPicture')}
          include={[0]}
          series={ARMS.map((id) => ({
            id,
            label: nameOf(id),
            ...INKS[id],
            x: frame?.step ?? [],
            y: smooth(frame?.losses[id]),
          }))}
        />
        {frame && frame.diverged.length > 0 && (
          <p className={own.broken}>{t('broken', { names: list(frame.diverged.map(nameOf)) })}</p>
        )}
        <p className={charts.note}>{t('lossesNote')}</p>
      </div>
      <div className={own.chosen}>
        <Segmented
          name="arm"
          label={t('whose')}
          value={arm}
          onChange={(next) => {
            setArm(next);
            training.setView({ arm: next });
          }}
          options={ARMS.map((id) => ({ value: id, label: nameOf(id) }))}
        />
      </div>
      <div className={classes.pair}>
        <Histogram
          title={t('exact')}
          aside={sizes && t('shifted', { power: power(sizes.shift) })}
          label={t('exactPicture', { share: below })}
          low={FROM}
          high={TO}
          counts={bins(sizes?.scaled)}
          outline={sizes && sizes.shift !== 0 ? bins(sizes.exact) : undefined}
          region={{ from: FROM, to: -24, label: t('underflow', { share: below }) }}
          tick={power}
          root
        />
        <Histogram
          title={t('rounded', { name: nameOf(arm) })}
          label={t('roundedPicture', { name: nameOf(arm) })}
          low={FROM}
          high={TO}
          counts={bins(sizes?.arm)}
          region={{ from: -24, to: -14, label: t('subnormal') }}
          tick={power}
          root
        />
      </div>
      <ScaleTrace frame={frame} />
    </LabPage>
  );
}
