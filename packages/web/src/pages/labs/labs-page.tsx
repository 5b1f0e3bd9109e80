/** The labs that there are, each with settings worth beginning from. */
import { Link } from '@tanstack/react-router';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import classes from './labs-page.module.css';
import { LAB_PAGES } from './registry.ts';

export function LabsPage() {
  const { t } = useTranslation('labs');
  const { text } = useFormat();
  return (
    <>
      <PageHeader title={t('title')} lead={t('lead')} />
      <ul className={classes.labs}>
        {LAB_DESCRIPTIONS.filter(({ id }) => id in LAB_PAGES).map((lab) => (
          <li key={lab.id}>
            <h2>
              <Link to="/labs/$lab" params={{ lab: lab.id }}>
                {text(lab.title)}
              </Link>
            </h2>
            <p>{text(lab.summary)}</p>
            <ul>
              {lab.presets.map((preset) => (
                <li key={preset.id}>
                  <Link to="/labs/$lab" params={{ lab: lab.id }} search={preset.params}>
                    {text(preset.title)}
                  </Link>
                  <span>{text(preset.about)}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}
