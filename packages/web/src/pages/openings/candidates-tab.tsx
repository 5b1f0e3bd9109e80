import { Button, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Candidate, type Opening } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { candidatesQuery, openingQuery, openingsQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { leads, useMe } from '../../app/me.tsx';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SeatLocks } from '../../ui/seat-locks.tsx';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import { CandidateBadges } from '../candidates/candidate-badges.tsx';

export function CandidatesTab({ opening }: { opening: Opening }) {
  const { t } = useTranslation('openings');
  const me = useMe();
  const { data: candidates } = useSuspenseQuery(candidatesQuery(opening.id));
  const [adding, setAdding] = useState(false);
  const add = opening.status !== 'closed' && leads(me) && (
    <Button leftSection={<UserPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
      {t('candidates.add')}
    </Button>
  );
  return (
    <Section title={t('candidates.title')} lead={t('candidates.lead')} actions={add}>
      {candidates.length === 0 ? (
        <Notice inline title={t('candidates.none')} actions={add} />
      ) : (
        <CandidatesTable candidates={candidates} />
      )}
      {adding && <AddCandidate opening={opening} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function CandidatesTable({ candidates }: { candidates: Candidate[] }) {
  const { t } = useTranslation(['openings', 'common']);
  return (
    <table className={`${table.table} ${table.cards}`}>
      <thead>
        <tr>
          <th scope="col">{t('columns.candidate')}</th>
          <th scope="col">{t('columns.seals')}</th>
          <th scope="col">{t('columns.status')}</th>
          <th scope="col" className={table.end}>
            {t('columns.mine')}
          </th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((candidate) => (
          <tr key={candidate.id}>
            <th scope="row">
              <Link to="/candidates/$candidateId" params={{ candidateId: candidate.id }}>
                {candidate.name}
              </Link>
            </th>
            <td data-label={t('columns.seals')}>
              <SeatLocks locks={candidate.locks} />
            </td>
            <td data-label={t('columns.status')}>
              <CandidateBadges candidate={candidate} />
            </td>
            <td data-label={t('columns.mine')} className={table.end}>
              {candidate.mine === 'to-score' && candidate.status === 'active' && !candidate.revealed ? (
                <ButtonLink
                  to="/candidates/$candidateId/score"
                  params={{ candidateId: candidate.id }}
                  data-size="compact"
                >
                  {t('candidates.score')}
                </ButtonLink>
              ) : (
                candidate.mine === 'locked' && <Badge tone="seal">{t('common:mine.locked')}</Badge>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AddCandidate({ opening, onClose }: { opening: Opening; onClose: () => void }) {
  const { t } = useTranslation(['openings', 'common']);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [tried, setTried] = useState(false);
  const emailBad = email.trim() !== '' && !/^\S+@\S+$/.test(email.trim());
  const add = useAction(
    () =>
      api.addCandidate({
        params: { id: opening.id },
        body: { name: name.trim(), ...(email.trim() ? { email: email.trim() } : {}) },
      }),
    {
      refresh: () => [openingQuery(opening.id).queryKey, openingsQuery.queryKey],
      done: onClose,
      quiet: true,
    },
  );
  const served = fieldErrors(add.error);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('candidates.add')}
      onSubmit={() => {
        setTried(true);
        if (name.trim() && !emailBad) add.mutate();
      }}
      actions={
        <>
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button type="submit" variant="filled" loading={add.isPending}>
            {t('candidates.add')}
          </Button>
        </>
      }
    >
      <Problem error={add.error} />
      <TextInput
        label={t('common:name')}
        maxLength={120}
        value={name}
        error={tried && !name.trim() ? t('candidates.nameNeeded') : (served.name ?? null)}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        type="email"
        label={t('candidates.email')}
        description={t('candidates.emailHint')}
        value={email}
        error={tried && emailBad ? t('candidates.emailWrong') : (served.email ?? null)}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
    </Dialog>
  );
}
