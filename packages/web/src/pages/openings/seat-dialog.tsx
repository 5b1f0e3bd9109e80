/** Appoints somebody to a new seat, or substitutes somebody into a seat; a waiver where calibration is missing. */
import { Button, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { REASON_MAX, REASON_MIN } from '@viva/server/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Eligible, type Opening, type Seat } from '../../api/client.ts';
import { eligibleQuery, openingQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Problem } from '../../ui/problem.tsx';
import classes from './openings.module.css';

interface SeatDialogProps {
  opening: Opening;
  /** null: a new seat. */
  seat: Seat | null;
  onClose: () => void;
}

export function SeatDialog({ opening, seat, onClose }: SeatDialogProps) {
  const { t } = useTranslation(['openings', 'common']);
  const { data: people, error: loadError } = useQuery(eligibleQuery(opening.id));
  const [personId, setPersonId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [waiver, setWaiver] = useState('');
  const [tried, setTried] = useState(false);
  const seated = new Set(opening.seats.map(({ holder }) => holder.personId));
  const free = people?.filter((person) => !seated.has(person.personId)) ?? [];
  const person = free.find((one) => one.personId === personId);
  const needsWaiver = person !== undefined && !person.calibrated;
  const wrong = {
    person: !person,
    reason: seat !== null && reason.trim().length < REASON_MIN,
    waiver: needsWaiver && waiver.trim().length < REASON_MIN,
  };
  const save = useAction(
    () => {
      const body = {
        personId: personId ?? '',
        ...(needsWaiver ? { waiver: waiver.trim() } : {}),
      };
      return seat
        ? api.substitute({
            params: { id: opening.id, seatId: seat.id },
            body: { ...body, reason: reason.trim() },
          })
        : api.appoint({ params: { id: opening.id }, body });
    },
    { refresh: () => [openingQuery(opening.id).queryKey], done: onClose, quiet: true },
  );
  const short = t('common:reasonShort', { min: REASON_MIN });

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={seat ? t('panel.substituteTitle', { name: seat.holder.name }) : t('panel.appointTitle')}
      onSubmit={() => {
        setTried(true);
        if (!wrong.person && !wrong.reason && !wrong.waiver) save.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {t(seat ? 'panel.substitute' : 'panel.appoint')}
          </Button>
        </>
      }
    >
      <p>{t(seat ? 'panel.substituteBody' : 'panel.appointBody', { family: opening.scaleFamily })}</p>
      <Problem error={save.error ?? loadError} />
      {!people && !loadError && <Loading />}
      {people && (
        <fieldset>
          <legend className={classes.legend}>{t('panel.who')}</legend>
          {free.length === 0 && <p className={classes.none}>{t('panel.nobody')}</p>}
          <div className={classes.people}>
            {free.map((one) => (
              <PersonChoice
                key={one.personId}
                person={one}
                chosen={one.personId === personId}
                onChoose={() => setPersonId(one.personId)}
              />
            ))}
          </div>
          {tried && wrong.person && <p className={classes.fieldError}>{t('panel.chooseSomebody')}</p>}
        </fieldset>
      )}
      {seat && (
        <Textarea
          label={t('panel.reasonLabel')}
          description={t('panel.reasonHint')}
          autosize
          minRows={2}
          maxLength={REASON_MAX}
          value={reason}
          error={tried && wrong.reason ? short : null}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {needsWaiver && (
        <Textarea
          label={t('panel.waiverLabel')}
          description={t('panel.waiverHint', { name: person.name })}
          autosize
          minRows={2}
          maxLength={REASON_MAX}
          value={waiver}
          error={tried && wrong.waiver ? short : null}
          onChange={(event) => setWaiver(event.currentTarget.value)}
        />
      )}
    </Dialog>
  );
}

function PersonChoice({
  person,
  chosen,
  onChoose,
}: {
  person: Eligible;
  chosen: boolean;
  onChoose: () => void;
}) {
  const { t } = useTranslation(['openings', 'common']);
  const { date } = useFormat();
  const role = (['owner', 'lead', 'interviewer'] as const).find((one) => one === person.role);
  return (
    <label className={classes.person} data-chosen={chosen || undefined}>
      <input type="radio" name="person" checked={chosen} onChange={onChoose} />
      <span className={classes.personName}>{person.name}</span>
      <span className={classes.personRole}>{role ? t(`common:roles.${role}`) : person.role}</span>
      <Badge tone={person.calibrated ? 'good' : 'warn'}>
        {person.calibrated
          ? person.expiresAt
            ? t('panel.calibratedUntil', { date: date(person.expiresAt) })
            : t('panel.passed')
          : t('panel.notCalibrated')}
      </Badge>
    </label>
  );
}
