import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Candidate, type Opening } from '../../api/client.ts';
import { commentsQuery } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import classes from './candidates.module.css';

/** The panel's discussion, possible only once everybody has committed to a judgement of their own. */
export function Comments({ candidate, opening }: { candidate: Candidate; opening: Opening }) {
  const { t } = useTranslation('candidates');
  const { text, dateTime } = useFormat();
  const { data: comments } = useSuspenseQuery(commentsQuery(candidate.id));
  const [body, setBody] = useState('');
  const [question, setQuestion] = useState('');
  const add = useAction(
    () =>
      api.addComment({
        params: { id: candidate.id },
        body: { body: body.trim(), question: question || null },
      }),
    { refresh: () => [commentsQuery(candidate.id).queryKey], done: () => setBody('') },
  );
  const titles = new Map(opening.items.map((item) => [item.question, text(item.title)]));
  return (
    <Section title={t('comments.title')} lead={t('comments.lead')}>
      <ul className={classes.comments}>
        {comments.map((comment) => (
          <li key={comment.id} className={classes.comment}>
            <div className={classes.commentHead}>
              <strong>{comment.author}</strong>
              <time dateTime={comment.createdAt}>{dateTime(comment.createdAt)}</time>
              {comment.question && <span>{titles.get(comment.question) ?? comment.question}</span>}
            </div>
            <p>{comment.body}</p>
          </li>
        ))}
      </ul>
      <form
        className={classes.commentForm}
        onSubmit={(event) => {
          event.preventDefault();
          if (body.trim()) add.mutate();
        }}
      >
        <Textarea
          label={t('comments.write')}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={4000}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
        />
        <div className={classes.commentFoot}>
          <NativeSelect
            aria-label={t('comments.about')}
            value={question}
            onChange={(event) => setQuestion(event.currentTarget.value)}
            data={[
              { value: '', label: t('comments.general') },
              ...opening.items.map((item) => ({ value: item.question, label: text(item.title) })),
            ]}
          />
          <Button type="submit" loading={add.isPending} disabled={!body.trim()}>
            {t('comments.add')}
          </Button>
        </div>
      </form>
    </Section>
  );
}
