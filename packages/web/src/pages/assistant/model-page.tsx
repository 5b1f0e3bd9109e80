/** Naming the language model, and trying what works. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Answer, api } from '../../api/client.ts';
import { fieldErrors, useProblemText } from '../../api/problems.ts';
import { useAction } from '../../api/use-action.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import classes from './assistant.module.css';
import { ModelStatus } from './model-status.tsx';
import { assistantQuery } from './queries.ts';

type Setting = NonNullable<Answer<'assistantStatus'>['setting']>;
type Check = Answer<'checkAssistant'>['items'][number];

/** The host of an address that is not this machine; null where it is, or where it is no address. */
export function remoteHost(url: string): string | null {
  try {
    const { host, hostname } = new URL(url);
    return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) ? null : host;
  } catch {
    return null;
  }
}

export function ModelPage() {
  const { t } = useTranslation('assistant');
  const { data } = useSuspenseQuery(assistantQuery);
  const problemText = useProblemText();
  const check = useAction(() => api.checkAssistant({}), { quiet: true });
  return (
    <>
      <PageHeader
        title={t('setup.title')}
        trail={<Link to="/assistant">{t('title')}</Link>}
        lead={t('setup.lead')}
      />
      <Section
        title={t('setup.current')}
        actions={
          data.state === 'ready' && (
            <Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>
              {t('setup.check')}
            </Button>
          )
        }
      >
        <ModelStatus />
        {data.from && (
          <p className={classes.muted}>
            {t(data.from === 'setting' ? 'setup.fromSetting' : 'setup.fromMachine')}
          </p>
        )}
        <p role="status" className={classes.muted}>
          {check.isPending && t('setup.checking')}
        </p>
        {check.isError && (
          <p role="alert" className={classes.fails}>
            {problemText(check.error)}
          </p>
        )}
        {check.data && <Checks checks={check.data.items} />}
      </Section>
      <SettingForm key={JSON.stringify(data.setting)} setting={data.setting} />
    </>
  );
}

function Checks({ checks }: { checks: readonly Check[] }) {
  const { t } = useTranslation('assistant');
  const { number } = useFormat();
  return (
    <>
      <table className={table.table}>
        <caption className="sr-only">{t('check.title')}</caption>
        <tbody>
          {checks.map(({ item, outcome, problem, seconds, tokensPerSecond, count }) => (
            <tr key={item}>
              <th scope="row">{t(`check.item.${item}`)}</th>
              <td className={outcome === 'fails' ? classes.fails : undefined}>
                {t(`check.outcome.${outcome}`, { problem: problem ?? '' })}
                {seconds !== undefined &&
                  ` · ${t('check.speed', { seconds: number(seconds, 1), rate: number(tokensPerSecond ?? null, 0) })}`}
                {item === 'embeddings' && count !== undefined && ` · ${t('check.dimensions', { count })}`}
                {item === 'context' && count !== undefined && ` · ${t('check.tokens', { count })}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={classes.muted}>{t('check.needed')}</p>
    </>
  );
}

function SettingForm({ setting }: { setting: Setting | null }) {
  const { t } = useTranslation('assistant');
  const problemText = useProblemText();
  const [kind, setKind] = useState(setting?.kind ?? 'openai-compatible');
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(setting ?? {}).map(([key, value]) => [key, String(value)])),
  );
  const given = (...names: string[]) =>
    Object.fromEntries(names.flatMap((name) => (values[name]?.trim() ? [[name, values[name]?.trim()]] : [])));
  const save = useAction(
    () =>
      api.setAssistant({
        body: {
          kind,
          ...(kind === 'llama-cpp'
            ? given('file', 'embeddingFile', 'encoder', 'reranker')
            : given('baseUrl', 'model', 'embeddingModel', 'encoder', 'reranker', 'apiKeyEnv')),
        } as Setting,
      }),
    { refresh: () => [assistantQuery.queryKey], says: t('setup.saved'), quiet: true },
  );
  const remove = useAction(() => api.removeAssistant({}), { refresh: () => [assistantQuery.queryKey] });
  const served = fieldErrors(save.error);
  const field = (name: string, label: string, help: string) => (
    <TextInput
      label={label}
      description={help}
      value={values[name] ?? ''}
      error={served[name] ?? null}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setValues((before) => ({ ...before, [name]: value }));
      }}
    />
  );
  const host = kind === 'openai-compatible' ? remoteHost(values.baseUrl ?? '') : null;
  return (
    <Section title={t(setting ? 'status.change' : 'status.setUp')}>
      <form
        noValidate
        className={classes.setup}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div role="alert">{save.isError && <p className={classes.fails}>{problemText(save.error)}</p>}</div>
        <NativeSelect
          label={t('setup.kind')}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as Setting['kind'])}
          data={[
            { value: 'openai-compatible', label: t('setup.server') },
            { value: 'llama-cpp', label: t('setup.process') },
          ]}
        />
        {kind === 'openai-compatible' ? (
          <>
            {field('baseUrl', t('setup.baseUrl'), t('setup.baseUrlHelp'))}
            {host && <p className={classes.warning}>{t('setup.warning', { host })}</p>}
            {field('model', t('setup.model'), t('setup.modelHelp'))}
            {field('embeddingModel', t('setup.embeddingModel'), t('setup.embeddingHelp'))}
            {field('encoder', t('setup.encoder'), t('setup.encoderHelp'))}
            {field('reranker', t('setup.reranker'), t('setup.rerankerHelp'))}
            {field('apiKeyEnv', t('setup.apiKeyEnv'), t('setup.apiKeyHelp'))}
          </>
        ) : (
          <>
            {field('file', t('setup.file'), t('setup.fileHelp'))}
            {field('embeddingFile', t('setup.embeddingFile'), t('setup.embeddingHelp'))}
            {field('encoder', t('setup.encoder'), t('setup.encoderHelp'))}
            {field('reranker', t('setup.reranker'), t('setup.rerankerHelp'))}
          </>
        )}
        <div className={classes.buttons}>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {t('setup.save')}
          </Button>
          {setting && (
            <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('setup.remove')}
            </Button>
          )}
        </div>
      </form>
    </Section>
  );
}
