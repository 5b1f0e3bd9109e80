import { Button, NumberInput, TextInput } from '@mantine/core';
import { CalendarPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Session } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Problem } from '../../ui/problem.tsx';

export function ScheduleButton({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation('candidates');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        data-size="compact"
        leftSection={<CalendarPlus size={13} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('sessions.schedule')}
      </Button>
      {open && <ScheduleDialog candidateId={candidateId} onClose={() => setOpen(false)} />}
    </>
  );
}

/** A moment as <input type="datetime-local"> writes it, in the reader's own time zone. */
const local = (instant: Date): string => {
  const shifted = new Date(instant.getTime() - instant.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
};

const nextHour = (): Date => {
  const at = new Date(Date.now() + 60 * 60_000);
  at.setMinutes(0, 0, 0);
  return at;
};

interface ScheduleDialogProps {
  candidateId: string;
  /** Given: moves this session. */
  session?: Session;
  onClose: () => void;
}

export function ScheduleDialog({ candidateId, session, onClose }: ScheduleDialogProps) {
  const { t } = useTranslation(['candidates', 'common']);
  const [when, setWhen] = useState(() => local(session ? new Date(session.scheduledAt) : nextHour()));
  const [minutes, setMinutes] = useState<number | string>(session?.minutes ?? 60);
  const [place, setPlace] = useState(session?.place ?? '');
  const valid = when !== '' && typeof minutes === 'number' && minutes >= 5 && minutes <= 480;
  const save = useAction(
    () => {
      const body = {
        scheduledAt: new Date(when).toISOString(),
        minutes: Number(minutes),
        place: place.trim(),
      };
      return session
        ? api.updateSession({ params: { id: session.id }, body })
        : api.scheduleSession({ params: { id: candidateId }, body });
    },
    { refresh: () => [['sessions']], done: onClose, quiet: true },
  );
  const served = fieldErrors(save.error);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(session ? 'sessions.move' : 'sessions.schedule')}
      onSubmit={() => valid && save.mutate()}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {t('common:save')}
          </Button>
        </>
      }
    >
      <Problem error={save.error} />
      <TextInput
        type="datetime-local"
        label={t('sessions.when')}
        value={when}
        error={served.scheduledAt ?? null}
        onChange={(event) => setWhen(event.currentTarget.value)}
      />
      <NumberInput
        label={t('sessions.minutes')}
        value={minutes}
        onChange={setMinutes}
        min={5}
        max={480}
        step={5}
        allowDecimal={false}
        hideControls
        error={valid || when === '' ? (served.minutes ?? null) : t('sessions.minutesWrong')}
      />
      <TextInput
        label={t('sessions.place')}
        description={t('sessions.placeHint')}
        maxLength={300}
        value={place}
        onChange={(event) => setPlace(event.currentTarget.value)}
      />
    </Dialog>
  );
}
