/** What a BERT makes of a text: tokens, attention by layer and head, masked words, and the nearest questions of the bank. */
import type { EncoderFrame, EncoderView } from '@viva/labs';
import { type EncoderParams, encoderDescription as lab } from '@viva/labs/catalog';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { offerFiles } from '../../../labs/encoder-files.ts';
import { LabPage } from '../../../labs/lab-page.tsx';
import { useLab } from '../../../labs/use-lab.ts';
import { Attention } from './attention.tsx';
import { ChooseFolder } from './choose-folder.tsx';
import { Guesses } from './guesses.tsx';
import { Neighbours } from './neighbours.tsx';
import { TextBox } from './text-box.tsx';

/** Workers of this tab are told apart from another's by their name. */
const TAB = crypto.randomUUID();
const open = (): Worker =>
  new Worker(new URL('../../../labs/encoder.worker.ts', import.meta.url), { type: 'module', name: TAB });
const FIRST_VIEW: EncoderView = { hide: [] };
let chosen: readonly File[] = [];

export function EncoderPage() {
  const { t } = useTranslation('lab-encoder');
  const bench = useLab<EncoderParams, EncoderView, EncoderFrame>(lab, open, FIRST_VIEW);
  const { params, change, training } = bench;
  const { frame } = training;
  const [hide, setHide] = useState<number[]>([]);
  useEffect(() => offerFiles(TAB, () => chosen), []);
  const show = (next: number[]): void => {
    setHide(next);
    training.setView({ hide: next });
  };
  return (
    <LabPage
      bench={bench}
      measuresLead={t('measuresLead')}
      side={
        params.model === 'chosen' && (
          <ChooseFolder
            onChoose={(files) => {
              chosen = files;
              show([]);
              training.reset();
            }}
          />
        )
      }
      status={
        frame &&
        t('status', {
          name: frame.model.name,
          layers: frame.model.layers,
          heads: frame.model.heads,
          hidden: frame.model.hidden,
          vocabulary: frame.model.vocabulary,
        })
      }
    >
      <TextBox
        text={params.text}
        pair={params.pair}
        onChange={(part) => {
          show([]);
          change(part);
        }}
      />
      <Attention frame={frame} hide={hide} onHide={show} />
      <Guesses frame={frame} />
      <Neighbours frame={frame} />
    </LabPage>
  );
}
