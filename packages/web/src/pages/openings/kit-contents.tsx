import { useTranslation } from 'react-i18next';
import type { Kit } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './openings.module.css';

/** What an opening made from this kit will ask, by competency. */
export function KitContents({ kit }: { kit: Kit }) {
  const { t } = useTranslation(['openings', 'common']);
  const { text, number } = useFormat();
  return (
    <section className={classes.contents} aria-label={t('create.contents', { kit: text(kit.title) })}>
      <h2>{text(kit.title)}</h2>
      {kit.competencies.map((competency) => {
        const items = kit.items.filter((item) => item.competency === competency.id);
        return (
          <div key={competency.id} className={classes.contentsGroup}>
            <h3>
              {text(competency.title)}
              <span className={classes.weight}>{t('weight', { weight: number(competency.weight, 2) })}</span>
            </h3>
            <p className={classes.contentsLead}>{text(competency.description)}</p>
            <ul>
              {items.map((item) => (
                <li key={item.question}>
                  <span>{text(item.title)}</span>
                  <span className={classes.minutes}>{t('common:minutes', { count: item.minutes })}</span>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </section>
  );
}
