/** Questions to the bank: one chat, the others beside it. */
import { Button, Textarea } from '@mantine/core';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Chat } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import classes from './assistant.module.css';
import { ChatTurn } from './chat-turn.tsx';
import { ModelStatus } from './model-status.tsx';
import { chatQuery, chatsQuery } from './queries.ts';

/** A new chat. */
export function AssistantPage() {
  return <Frame chat={null} />;
}

export function ChatPage() {
  const { chat: id } = useParams({ from: '/layout/assistant/chats/$chat' });
  const { data } = useSuspenseQuery(chatQuery(id));
  return <Frame key={id} chat={data} />;
}

function Frame({ chat }: { chat: Chat | null }) {
  const { t } = useTranslation('assistant');
  return (
    <>
      <PageHeader
        title={t('title')}
        lead={t('lead')}
        actions={chat && <ButtonLink to="/assistant">{t('new')}</ButtonLink>}
      />
      <ModelStatus />
      <div className={classes.layout}>
        <div>
          {chat?.turns.map((turn) => (
            <ChatTurn key={turn.askedAt} turn={turn} />
          ))}
          <AskForm chat={chat} />
        </div>
        <Chats current={chat?.id ?? null} />
      </div>
    </>
  );
}

function AskForm({ chat }: { chat: Chat | null }) {
  const { t } = useTranslation('assistant');
  const { locale } = useFormat();
  const problemText = useProblemText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [question, setQuestion] = useState('');
  const asking = useRef<AbortController | null>(null);
  useEffect(() => () => asking.current?.abort(), []);
  const ask = useAction(
    async (text: string) => {
      const control = new AbortController();
      asking.current = control;
      const body = { question: text, locale };
      return chat
        ? api.continueChat({ params: { id: chat.id }, body }, { signal: control.signal })
        : api.beginChat({ body }, { signal: control.signal });
    },
    {
      refresh: () => [chatsQuery.queryKey],
      quiet: true,
      done: (next) => {
        setQuestion('');
        client.setQueryData(chatQuery(next.id).queryKey, next);
        if (!chat) void navigate({ to: '/assistant/chats/$chat', params: { chat: next.id } });
      },
    },
  );
  const cancelled = ask.isError && asking.current?.signal.aborted;
  const ready = question.trim().length >= 2 && !ask.isPending;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) ask.mutate(question.trim());
      }}
    >
      <Textarea
        label={t('question')}
        placeholder={t('placeholder')}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={2000}
        value={question}
        onChange={(event) => setQuestion(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (ready) ask.mutate(question.trim());
        }}
      />
      <div className={classes.buttons}>
        <Button type="submit" variant="filled" disabled={!ready} loading={ask.isPending}>
          {t('ask')}
        </Button>
        {ask.isPending && (
          <Button variant="default" onClick={() => asking.current?.abort()}>
            {t('cancel')}
          </Button>
        )}
        <span role="status" className={classes.muted}>
          {ask.isPending && t('asking')}
        </span>
      </div>
      <div role="alert">
        {ask.isError && !cancelled && <p className={classes.fails}>{problemText(ask.error)}</p>}
      </div>
    </form>
  );
}

function Chats({ current }: { current: string | null }) {
  const { t } = useTranslation('assistant');
  const { dateTime } = useFormat();
  const navigate = useNavigate();
  const { data: chats } = useSuspenseQuery(chatsQuery);
  const remove = useAction((id: string) => api.removeChat({ params: { id } }), {
    refresh: () => [chatsQuery.queryKey],
    says: t('removed'),
    done: (_, id) => {
      if (id === current) void navigate({ to: '/assistant' });
    },
  });
  return (
    <nav className={classes.chats} aria-label={t('chats')}>
      <h2>{t('chats')}</h2>
      {chats.length === 0 && <p className={classes.muted}>{t('noChats')}</p>}
      <ul>
        {chats.map(({ id, title, updatedAt }) => (
          <li key={id}>
            <span>
              {id === current ? (
                <b aria-current="page">{title}</b>
              ) : (
                <Link to="/assistant/chats/$chat" params={{ chat: id }}>
                  {title}
                </Link>
              )}
              <small>{dateTime(updatedAt)}</small>
            </span>
            <button
              type="button"
              className={classes.icon}
              aria-label={`${t('remove')}: ${title}`}
              onClick={() => remove.mutate(id)}
            >
              <Trash2 size={14} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
