import { Button, Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { REASON_MAX, REASON_MIN } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Candidate } from '../../api/client.ts';
import { candidateQuery, openingQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Section } from '../../ui/section.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import classes from './candidates.module.css';

type Outcome = 'advance' | 'hold' | 'decline';

/** The decision that people took, in words and with a reason; never a number. */
export function DecisionBox({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation(['candidates', 'common']);
  const me = useMe();
  const { dateTime } = useFormat();
  const [asking, setAsking] = useState(false);
  const { decision } = candidate;
  return (
    <Section
      title={t('decision.title')}
      actions={
        leads(me) && (
          <Button data-size="compact" onClick={() => setAsking(true)}>
            {t(decision ? 'decision.change' : 'decision.record')}
          </Button>
        )
      }
    >
      {decision ? (
        <div className={classes.decision}>
          <strong>{t(`common:outcome.${decision.outcome}`)}</strong>
          <p>{decision.reason}</p>
          <p className={classes.meta}>
            {decision.by} · {dateTime(decision.at)}
          </p>
        </div>
      ) : (
        <p className={classes.none}>{t('decision.none')}</p>
      )}
      <p className={classes.meta}>
        <Link to="/openings/$openingId/decision" params={{ openingId: candidate.openingId }}>
          {t('decision.compare')}
        </Link>
      </p>
      {asking && <DecideDialog candidate={candidate} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function DecideDialog({ candidate, onClose }: { candidate: Candidate; onClose: () => void }) {
  const { t } = useTranslation(['candidates', 'common']);
  const [outcome, setOutcome] = useState<Outcome>(candidate.decision?.outcome ?? 'advance');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const short = reason.trim().length < REASON_MIN;
  const decide = useAction(
    () => api.decide({ params: { id: candidate.id }, body: { outcome, reason: reason.trim() } }),
    {
      refresh: () => [candidateQuery(candidate.id).queryKey, openingQuery(candidate.openingId).queryKey],
      done: onClose,
    },
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('decision.dialog', { name: candidate.name })}
      onSubmit={() => {
        setTried(true);
        if (!short) decide.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={decide.isPending}>
            {t('decision.record')}
          </Button>
        </>
      }
    >
      <div>
        <Segmented<Outcome>
          name="outcome"
          label={t('decision.outcome')}
          value={outcome}
          onChange={setOutcome}
          options={(['advance', 'hold', 'decline'] as const).map((value) => ({
            value,
            label: t(`common:outcome.${value}`),
          }))}
        />
      </div>
      <Textarea
        label={t('common:reason')}
        description={t('decision.reasonHint')}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={REASON_MAX}
        value={reason}
        error={tried && short ? t('common:reasonShort', { min: REASON_MIN }) : null}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialog>
  );
}
