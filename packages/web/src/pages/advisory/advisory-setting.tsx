/** An opening's advisory rater: what was chosen, and while nothing has begun the choice itself. */
import { Button } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Opening } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import classes from './advisory.module.css';
import { AdvisoryChoice, type Choice, NO_ADVISORY } from './advisory-choice.tsx';
import { type AdvisorySetting, advisoryQuery } from './queries.ts';

const choiceOf = ({ used, counted, strategy, samples, tokenBudget }: AdvisorySetting): Choice => ({
  used,
  counted,
  strategy,
  samples: samples > 1 ? samples : NO_ADVISORY.samples,
  tokenBudget,
});

export function AdvisorySettingSection({ opening }: { opening: Opening }) {
  const { t } = useTranslation(['advisory', 'common']);
  const me = useMe();
  const { number } = useFormat();
  const { data: setting } = useSuspenseQuery(advisoryQuery(opening.id));
  const [choice, setChoice] = useState<Choice | null>(null);
  const save = useAction((body: Choice) => api.setAdvisory({ params: { id: opening.id }, body }), {
    refresh: () => [advisoryQuery(opening.id).queryKey],
    done: () => setChoice(null),
    says: t('setting.saved'),
  });
  const changeable = leads(me) && !setting.fixed && opening.status !== 'closed';
  return (
    <Section
      title={t('title')}
      lead={t('setting.lead')}
      actions={
        changeable &&
        !choice && <Button onClick={() => setChoice(choiceOf(setting))}>{t('common:edit')}</Button>
      }
    >
      {choice ? (
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(choice);
          }}
        >
          <AdvisoryChoice value={choice} onChange={setChoice} />
          <div className={classes.buttons}>
            <Button onClick={() => setChoice(null)}>{t('common:cancel')}</Button>
            <Button type="submit" variant="filled" loading={save.isPending}>
              {t('common:save')}
            </Button>
          </div>
        </form>
      ) : (
        <>
          <p className={classes.state}>
            {t(setting.used ? (setting.counted ? 'setting.counted' : 'setting.beside') : 'setting.none')}
          </p>
          {setting.used && (
            <p className={classes.meta}>
              {t(`strategy.${setting.strategy}`)}
              {setting.samples > 1 && ` · ${t('samples', { count: setting.samples })}`}
              {` · ${t('temperature', { value: number(setting.temperature, 1) })}`}
              {` · ${t('budget', { count: setting.tokenBudget })}`}
            </p>
          )}
          {setting.used && setting.model.state !== 'ready' && <ModelMissing />}
          {setting.used && setting.model.state === 'ready' && (
            <p className={classes.meta}>
              {setting.model.host
                ? t('setting.sends', { host: setting.model.host })
                : t('setting.stays', { model: setting.model.name })}
            </p>
          )}
          {setting.fixed && <p className={classes.meta}>{t('setting.fixed')}</p>}
          {setting.used && (
            <p className={classes.meta}>
              <Link to="/ai-uses" search={{ opening: opening.id }}>
                {t('uses.link')}
              </Link>
            </p>
          )}
        </>
      )}
    </Section>
  );
}

/** Says how to get a model: for the owner with the way there. */
export function ModelMissing() {
  const { t } = useTranslation('advisory');
  const me = useMe();
  return (
    <p className={classes.warn}>
      {t('noModel')}{' '}
      {me.role === 'owner' ? (
        <Link to="/assistant/model">{t('noModelOwner')}</Link>
      ) : (
        <span>{t('noModelAsk')}</span>
      )}
    </p>
  );
}
