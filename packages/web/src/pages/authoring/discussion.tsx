/** What was said of a proposal, and what became of it, in the order of time. */
import { Button, NativeSelect, Textarea } from '@mantine/core';
import type { QuestionContent } from '@viva/bank/authoring';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Proposal } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import classes from './authoring.module.css';
import { usePartName } from './differences.tsx';
import { type FlatPart, flatten } from './flatten.ts';
import { proposalQuery } from './queries.ts';

export function Discussion({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation('authoring');
  const { dateTime } = useFormat();
  const nameOf = usePartName();
  const parts = flatten(proposal.content as QuestionContent);
  const named = new Map(parts.map((part) => [part.key, nameOf(part)]));
  return (
    <Section title={t('discussion.title')} lead={t('discussion.lead')}>
      {proposal.events.length === 0 ? (
        <p className={classes.muted}>{t('discussion.none')}</p>
      ) : (
        <ol className={classes.events}>
          {proposal.events.map((event) => (
            <li key={event.id} data-kind={event.kind}>
              <p className={classes.eventHead}>
                <strong>{event.by}</strong> {t(`events.${event.kind}`)}
                {event.place && <span> · {named.get(event.place) ?? event.place}</span>}
                <time dateTime={event.at}>{dateTime(event.at)}</time>
              </p>
              {event.body && <p className={classes.eventBody}>{event.body}</p>}
            </li>
          ))}
        </ol>
      )}
      {proposal.may.includes('comment') && <CommentForm proposal={proposal} parts={parts} />}
    </Section>
  );
}

function CommentForm({ proposal, parts }: { proposal: Proposal; parts: readonly FlatPart[] }) {
  const { t } = useTranslation('authoring');
  const nameOf = usePartName();
  const [body, setBody] = useState('');
  const [place, setPlace] = useState('');
  const add = useAction(
    () =>
      api.commentOnProposal({
        params: { id: proposal.id },
        body: { body: body.trim(), place: place || null },
      }),
    { refresh: () => [proposalQuery(proposal.id).queryKey], done: () => setBody('') },
  );
  return (
    <form
      className={classes.comment}
      onSubmit={(event) => {
        event.preventDefault();
        if (body.trim()) add.mutate();
      }}
    >
      <Textarea
        label={t('discussion.write')}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={4000}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
      <div className={classes.commentFoot}>
        <NativeSelect
          aria-label={t('discussion.about')}
          value={place}
          data={[
            { value: '', label: t('discussion.whole') },
            ...parts.map((part) => ({ value: part.key, label: nameOf(part) })),
          ]}
          onChange={(event) => setPlace(event.currentTarget.value)}
        />
        <Button type="submit" loading={add.isPending} disabled={!body.trim()}>
          {t('discussion.add')}
        </Button>
      </div>
    </form>
  );
}
