/** The bank's questions whose vectors lie nearest to the text's. */
import { Link } from '@tanstack/react-router';
import type { EncoderFrame } from '@viva/labs';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { Section } from '../../../ui/section.tsx';
import classes from './encoder.module.css';

const SHOWN = 120;

export function Neighbours({ frame }: { frame: EncoderFrame | null }) {
  const { t } = useTranslation('lab-encoder');
  const { number } = useFormat();
  if (!frame) return null;
  const { embedded, toEmbed, neighbours } = frame;
  return (
    <Section
      title={t('neighbours')}
      lead={
        toEmbed === 0
          ? t('noBank')
          : embedded < toEmbed
            ? t('embedding', { done: number(embedded, 0), total: number(toEmbed, 0) })
            : t('neighboursLead', { total: number(toEmbed, 0) })
      }
    >
      <ol className={classes.neighbours}>
        {neighbours.map(({ id, text, cosine, language }) => (
          <li key={id}>
            <b>{number(cosine, 3)}</b>
            <Link to="/bank/questions/$question" params={{ question: id }} lang={language}>
              {text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}
            </Link>
          </li>
        ))}
      </ol>
    </Section>
  );
}
