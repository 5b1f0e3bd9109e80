import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import classes from './bank.module.css';
import { kitQuery } from './queries.ts';

/** One kit: competencies with their weights, and the questions that stand for each. */
export function KitPage() {
  const { t } = useTranslation(['bank', 'common', 'openings']);
  const { text, percent, number } = useFormat();
  const me = useMe();
  const { kit: id } = useParams({ from: '/layout/bank/kits/$kit' });
  const { data: kit } = useSuspenseQuery(kitQuery(id));
  const whole = kit.competencies.reduce((sum, { weight }) => sum + weight, 0);

  return (
    <>
      <PageHeader
        title={text(kit.title)}
        trail={<Link to="/bank/kits">{t('kits')}</Link>}
        lead={<p>{text(kit.summary)}</p>}
        actions={
          leads(me) && (
            <>
              <ButtonLink to="/bank/exchange" search={{ scope: `kit/${kit.id}` }} variant="default">
                {t('exchange.export')}
              </ButtonLink>
              <ButtonLink to="/openings/new" variant="filled">
                {t('openings:new')}
              </ButtonLink>
            </>
          )
        }
      />
      {kit.competencies.map((competency) => (
        <Section key={competency.id} title={text(competency.title)} lead={text(competency.description)}>
          <div className={classes.weight}>
            <span>{t('weight', { share: percent(competency.weight / whole) })}</span>
            <meter
              className={classes.bar}
              min={0}
              max={1}
              value={competency.weight / whole}
              aria-label={text(competency.title)}
            />
          </div>
          <ul className={classes.kitItems}>
            {kit.items
              .filter((item) => item.competency === competency.id)
              .map((item) => (
                <li key={item.question}>
                  <Link to="/bank/questions/$question" params={{ question: item.question }}>
                    {text(item.title)}
                  </Link>
                  <span className={classes.facts}>
                    {t('common:minutes', { count: item.minutes })} · × {number(item.weight, 1)}
                  </span>
                </li>
              ))}
          </ul>
        </Section>
      ))}
      <p className={classes.pin}>
        {t('family', { family: kit.scaleFamily })} · <code>{kit.hash.slice(0, 12)}</code>
      </p>
    </>
  );
}
