import { useTranslation } from 'react-i18next';
import classes from './home.module.css';

/** For an installation with nothing in it: the order of things. */
export function FirstSteps() {
  const { t } = useTranslation('home');
  return (
    <section className={classes.steps} aria-label={t('firstSteps.title')}>
      <h2>{t('firstSteps.title')}</h2>
      <ol>
        <li>{t('firstSteps.people')}</li>
        <li>{t('firstSteps.opening')}</li>
        <li>{t('firstSteps.panel')}</li>
        <li>{t('firstSteps.candidates')}</li>
      </ol>
    </section>
  );
}
