/** The lab that goes with a question, beside it, and the experiments that test its claims: opened as the check runs them. */
import { Link } from '@tanstack/react-router';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { FlaskConical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Question } from '../../api/client.ts';
import { Section } from '../../ui/section.tsx';
import classes from './bank.module.css';

type Check = NonNullable<Question['claims'][number]['check']>;

const labOf = (id: string) => LAB_DESCRIPTIONS.find((lab) => lab.id === id);

/** Parameters in words of the form, those only that are not left as the lab has them. */
function Settings({ params }: { params: Record<string, unknown> }) {
  const entries = Object.entries(params);
  if (entries.length === 0) return null;
  return (
    <span className={classes.settings}>
      {entries.map(([name, value]) => (
        <code key={name}>
          {name} = {typeof value === 'string' ? value : JSON.stringify(value)}
        </code>
      ))}
    </span>
  );
}

export function QuestionLab({ question: { lab }, lang }: { question: Question; lang: 'zh-CN' | 'en' }) {
  const { t } = useTranslation('bank');
  const found = lab && labOf(lab.id);
  if (!lab || !found) return null;
  return (
    <Section title={t('lab')}>
      <div className={classes.lab} lang={lang}>
        <Link to="/labs/$lab" params={{ lab: lab.id }} search={lab.params} className={classes.labLink}>
          <FlaskConical size={15} aria-hidden />
          {found.title[lang]}
        </Link>
        <p>{found.summary[lang]}</p>
        <Settings params={lab.params} />
      </div>
    </Section>
  );
}

/** What is asserted, and the way into the lab with the exact parameters and the first seed. */
export function ClaimCheck({ check }: { check: Check }) {
  const { t } = useTranslation('bank');
  const lab = labOf(check.lab);
  const [seed = 1] = check.seeds;
  return (
    <div className={classes.check}>
      <ul>
        {check.assert.map((assertion) => (
          <li key={assertion}>
            <code>{assertion}</code>
          </li>
        ))}
      </ul>
      {!lab && <p>{t('checkSeeds', { lab: check.lab, seeds: check.seeds.join(', ') })}</p>}
      {Object.entries(check.vary ?? { '': {} }).map(([name, change]) => {
        const params = { ...check.params, ...change };
        return (
          <p key={name}>
            {lab && (
              <Link to="/labs/$lab" params={{ lab: check.lab }} search={{ ...params, seed }}>
                {name ? (
                  <>
                    {t('runNamed')} <code>{name}</code>
                  </>
                ) : (
                  t('runCheck')
                )}
              </Link>
            )}
            <Settings params={params} />
          </p>
        );
      })}
      <p>{t('seeds', { seeds: check.seeds.join(', ') })}</p>
    </div>
  );
}
