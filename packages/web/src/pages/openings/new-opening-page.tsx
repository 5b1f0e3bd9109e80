import { Button, Textarea, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Kit } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { kitsQuery, openingsQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Notice } from '../../ui/notice.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { AdvisoryChoice, NO_ADVISORY } from '../advisory/advisory-choice.tsx';
import { KitContents } from './kit-contents.tsx';
import classes from './openings.module.css';

const TITLE_MIN = 3;

export function NewOpeningPage() {
  const { t } = useTranslation(['openings', 'common', 'advisory']);
  const { data: kits } = useSuspenseQuery(kitsQuery);
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [kitId, setKitId] = useState(kits[0]?.id ?? '');
  const [advisory, setAdvisory] = useState(NO_ADVISORY);
  const [tried, setTried] = useState(false);
  const kit = kits.find(({ id }) => id === kitId);
  const create = useAction(
    () =>
      api.createOpening({
        body: {
          title: title.trim(),
          description: description.trim(),
          kit: kitId,
          ...(advisory.used ? { advisory } : {}),
        },
      }),
    {
      refresh: () => [openingsQuery.queryKey],
      done: ({ id }) => void navigate({ to: '/openings/$openingId', params: { openingId: id } }),
    },
  );
  const served = fieldErrors(create.error);
  const short = title.trim().length < TITLE_MIN;

  return (
    <>
      <PageHeader
        title={t('create.title')}
        trail={<Link to="/openings">{t('title')}</Link>}
        lead={t('create.lead')}
      />
      {kits.length === 0 ? (
        <Notice inline title={t('create.noKits')} />
      ) : (
        <form
          noValidate
          className={classes.create}
          onSubmit={(event) => {
            event.preventDefault();
            setTried(true);
            if (!short && kit) create.mutate();
          }}
        >
          <div className={classes.createForm}>
            <TextInput
              label={t('create.name')}
              placeholder={t('create.namePlaceholder')}
              maxLength={160}
              value={title}
              error={tried && short ? t('create.nameShort', { min: TITLE_MIN }) : (served.title ?? null)}
              onChange={(event) => setTitle(event.currentTarget.value)}
            />
            <Textarea
              label={t('create.description')}
              description={t('create.descriptionHint')}
              autosize
              minRows={3}
              maxRows={10}
              maxLength={4000}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
            <fieldset>
              <legend className={classes.legend}>{t('create.kit')}</legend>
              <div className={classes.kits}>
                {kits.map((one) => (
                  <KitChoice
                    key={one.id}
                    kit={one}
                    chosen={one.id === kitId}
                    onChoose={() => setKitId(one.id)}
                  />
                ))}
              </div>
            </fieldset>
            <fieldset>
              <legend className={classes.legend}>{t('advisory:title')}</legend>
              <AdvisoryChoice value={advisory} onChange={setAdvisory} />
            </fieldset>
            <div>
              <Button type="submit" variant="filled" loading={create.isPending}>
                {t('create.submit')}
              </Button>
            </div>
          </div>
          {kit && <KitContents kit={kit} />}
        </form>
      )}
    </>
  );
}

function KitChoice({ kit, chosen, onChoose }: { kit: Kit; chosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation('openings');
  const { text } = useFormat();
  const minutes = kit.items.reduce((sum, item) => sum + item.minutes, 0);
  return (
    <label className={classes.kit} data-chosen={chosen || undefined}>
      <input type="radio" name="kit" className={classes.kitRadio} checked={chosen} onChange={onChoose} />
      <span>
        <span className={classes.kitTitle}>{text(kit.title)}</span>
        <span className={classes.kitSummary}>{text(kit.summary)}</span>
        <span className={classes.kitFacts}>
          {t('kitFacts', { questions: kit.items.length, competencies: kit.competencies.length, minutes })}
        </span>
      </span>
    </label>
  );
}
