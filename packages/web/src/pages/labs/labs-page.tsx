/** The labs that there are. */

import { Link } from '@tanstack/react-router';
import { ganVsDiffusionDescription } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import classes from './labs-page.module.css';

export function LabsPage() {
  const { t } = useTranslation('labs');
  const { text } = useFormat();
  const lab = ganVsDiffusionDescription;
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} />
      <ul className={classes.labs}>
        <li>
          <h2>
            <Link to="/labs/gan-vs-diffusion">{text(lab.title)}</Link>
          </h2>
          <p>{text(lab.summary)}</p>
          <ul>
            {lab.presets.map((preset) => (
              <li key={preset.id}>
                <Link to="/labs/gan-vs-diffusion" search={preset.params}>
                  {text(preset.title)}
                </Link>
                <span>{text(preset.about)}</span>
              </li>
            ))}
          </ul>
        </li>
      </ul>
    </>
  );
}
