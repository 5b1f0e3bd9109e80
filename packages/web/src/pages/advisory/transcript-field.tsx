/** What the candidate said to one question: typed, pasted, from a file or dictated; a draft until it is handed in. */
import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ApiError, TRANSCRIPT_MAX } from '@viva/server/client';
import { FileUp } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { useMe } from '../../app/me.tsx';
import { DictationButton } from '../../dictation/dictation-button.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import classes from './advisory.module.css';
import { candidateAdvisoryQuery, type Transcripts, transcriptsQuery } from './queries.ts';

const AFTER_MS = 900;
type Locale = 'zh-CN' | 'en';
type Source = 'typed' | 'file' | 'dictated';

interface TranscriptFieldProps {
  candidateId: string;
  question: string;
  transcripts: Transcripts;
}

export function TranscriptField({ candidateId, question, transcripts }: TranscriptFieldProps) {
  const { t } = useTranslation('advisory');
  const me = useMe();
  const client = useQueryClient();
  const { locale: reading } = useFormat();
  const problemText = useProblemText();
  const own = transcripts.items.find((one) => one.question === question && one.authorId === me.id);
  const [body, setBody] = useState(own?.body ?? '');
  const [locale, setLocale] = useState<Locale>(own?.locale ?? reading);
  const [state, setState] = useState<'saved' | 'saving' | 'unsaved' | 'failed'>('saved');
  const [problem, setProblem] = useState('');
  const held = useRef({ revision: own?.revision ?? 0, source: (own?.source ?? 'typed') as Source });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sending = useRef<Promise<void>>(Promise.resolve());
  const latest = useRef({ body, locale });
  latest.current = { body, locale };

  const send = useCallback((): Promise<void> => {
    clearTimeout(timer.current);
    sending.current = sending.current.then(async () => {
      setState('saving');
      try {
        const { revision } = await api.saveTranscript({
          params: { id: candidateId, question },
          body: { ...latest.current, source: held.current.source, baseRevision: held.current.revision },
        });
        held.current.revision = revision;
        setState('saved');
      } catch (error) {
        // Another window of one's own has a newer draft: this one goes on from there, and its words are not lost.
        const current =
          error instanceof ApiError
            ? (error.problem.current as { revision?: number } | undefined)
            : undefined;
        if (current?.revision) held.current.revision = current.revision;
        setProblem(problemText(error));
        setState('failed');
      }
    });
    return sending.current;
  }, [candidateId, question, problemText]);
  const change = (patch: Partial<{ body: string; locale: Locale; source: Source }>): void => {
    if (patch.body !== undefined) setBody(patch.body);
    if (patch.locale) setLocale(patch.locale);
    if (patch.source) held.current.source = patch.source;
    setState('unsaved');
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void send(), AFTER_MS);
  };
  // Leaving the question saves what is still to be saved.
  const unsaved = useRef(state);
  unsaved.current = state;
  useEffect(
    () => () => {
      if (unsaved.current === 'unsaved') void send();
    },
    [send],
  );
  const hear = (said: string) => {
    const before = latest.current.body.trimEnd();
    change({ body: before === '' ? said : `${before}\n${said}`, source: 'dictated' });
  };
  const handIn = useAction(
    async () => {
      await send();
      return api.handInTranscript({
        params: { id: candidateId, question },
        body: { revision: held.current.revision },
      });
    },
    {
      done: (all) => client.setQueryData(transcriptsQuery(candidateId).queryKey, all),
      refresh: () => [candidateAdvisoryQuery(candidateId).queryKey],
      says: t('transcript.handedInNow'),
    },
  );

  if (own?.handedIn)
    return (
      <div className={classes.transcript}>
        <p className={classes.meta}>{t('transcript.yours')}</p>
        <div className={classes.said} lang={own.locale}>
          {own.body}
        </div>
      </div>
    );
  if (transcripts.handedIn.includes(question))
    return <p className={classes.meta}>{t('transcript.another')}</p>;
  if (!transcripts.open) return <p className={classes.meta}>{t('transcript.closed')}</p>;
  return (
    <div className={classes.transcript}>
      <Textarea
        label={t('transcript.label')}
        description={t('transcript.hint')}
        autosize
        minRows={4}
        maxRows={16}
        maxLength={TRANSCRIPT_MAX}
        lang={locale}
        value={body}
        onChange={(event) => change({ body: event.currentTarget.value, source: 'typed' })}
      />
      <div className={classes.tools}>
        <NativeSelect
          size="xs"
          aria-label={t('transcript.language')}
          value={locale}
          data={[
            { value: 'zh-CN', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
          onChange={(event) => change({ locale: event.currentTarget.value === 'en' ? 'en' : 'zh-CN' })}
        />
        <label className={classes.upload}>
          <FileUp size={14} aria-hidden />
          {t('transcript.file')}
          <input
            type="file"
            accept=".txt,.md,text/plain"
            className="sr-only"
            onChange={async ({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              currentTarget.value = '';
              if (file) change({ body: (await file.text()).slice(0, TRANSCRIPT_MAX), source: 'file' });
            }}
          />
        </label>
        <DictationButton size="xs" lang={locale} onHeard={hear} />
        <span className={classes.saved} role="status">
          {body === '' && state === 'saved' ? '' : state === 'failed' ? problem : t(`transcript.${state}`)}
        </span>
        <Button
          size="xs"
          variant="filled"
          disabled={body.trim() === ''}
          loading={handIn.isPending}
          onClick={() => handIn.mutate()}
        >
          {t('transcript.handIn')}
        </Button>
      </div>
      <p className={classes.meta}>{t('transcript.frozen')}</p>
    </div>
  );
}
