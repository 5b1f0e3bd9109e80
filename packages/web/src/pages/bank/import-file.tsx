/** A file is read by the server, which says what is wrong with it and what it would change. Nothing is changed here. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ApiError, bankImportPath, type ImportPreview, NetworkError } from '@viva/server/client';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../api/problems.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Notice } from '../../ui/notice.tsx';
import { saveBlob } from '../../ui/save-blob.ts';
import classes from './bank.module.css';

type Change = ImportPreview['questions'][number]['change'];
const CHANGES: readonly Change[] = ['new', 'changed', 'same'];

/** @throws ApiError, NetworkError */
async function preview(file: File): Promise<ImportPreview> {
  let response: Response;
  try {
    response = await fetch(`${bankImportPath}?name=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      body: file,
      headers: { 'content-type': 'application/octet-stream' },
    });
  } catch (cause) {
    throw new NetworkError('The server cannot be reached.', { cause });
  }
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('problem+json')) throw new ApiError(await response.json());
  if (!response.ok) throw new NetworkError(`The server answered ${response.status}.`);
  return response.json() as Promise<ImportPreview>;
}

export function ImportFile() {
  const { t } = useTranslation('bank');
  const problemText = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [read, setRead] = useState<ImportPreview>();
  const [error, setError] = useState<unknown>();

  const take = async (file: File | undefined) => {
    if (!file) return;
    setName(file.name);
    setBusy(true);
    setRead(undefined);
    setError(undefined);
    try {
      setRead(await preview(file));
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
      // The same file may be chosen again after it was mended.
      if (input.current) input.current.value = '';
    }
  };
  const place = error instanceof ApiError ? error.problem.errors?.[0] : undefined;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first, by keyboard too
    <div
      className={classes.drop}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer.files[0]);
      }}
    >
      <input
        ref={input}
        type="file"
        className="sr-only"
        aria-label={t('exchange.choose')}
        accept=".zip,.xlsx,.csv"
        tabIndex={-1}
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      <p className={classes.dropLine}>
        <Button variant="default" loading={busy} onClick={() => input.current?.click()}>
          {t('exchange.choose')}
        </Button>
        <span className={classes.support}>{name || t('exchange.dropHint')}</span>
      </p>
      <div role="status">
        {error !== undefined && (
          <Notice inline title={t('exchange.refused')}>
            <p>{problemText(error)}</p>
            {place && (
              <p className={classes.support} lang="en">
                {place.message}
              </p>
            )}
          </Notice>
        )}
        {read && <Preview read={read} name={name} />}
      </div>
    </div>
  );
}

function Preview({ read, name }: { read: ImportPreview; name: string }) {
  const { t } = useTranslation('bank');
  const { text } = useFormat();
  const { questions, findings, kits } = read;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const save = () =>
    saveBlob(new Blob([JSON.stringify(read, null, 2)], { type: 'application/json' }), `${name}-preview.json`);
  return (
    <>
      <h3 className={classes.previewTitle}>
        {CHANGES.map((change) =>
          t(`exchange.${change}Count`, { total: questions.filter((one) => one.change === change).length }),
        ).join(t('exchange.comma'))}
      </h3>
      <p className={classes.support}>
        {t('exchange.readAs', { format: t(`exchange.${read.format}`) })}
        {kits.length > 0 && ` ${t('exchange.kitsToo', { total: kits.length })}`}{' '}
        {errors > 0 ? t('exchange.unsound', { total: errors }) : t('exchange.sound')}
      </p>
      {findings.length > 0 && (
        <ul className={classes.findings} lang="en" aria-label={t('exchange.findings')}>
          {findings.map(({ severity, file, line, message, code }) => (
            <li key={`${file}:${line}:${code}:${message}`} data-severity={severity}>
              <code>
                {file}
                {line ? `:${line}` : ''}
              </code>{' '}
              {message}
            </li>
          ))}
        </ul>
      )}
      <ul className={classes.list}>
        {questions
          .filter(({ change }) => change !== 'same')
          .map(({ id, title, change, fields }) => (
            <li key={id} className={classes.item}>
              <details>
                <summary>
                  <Badge>{t(`exchange.${change}`)}</Badge> {text(title)}{' '}
                  <span className={classes.support}>{t('exchange.fields', { total: fields.length })}</span>
                </summary>
                {change === 'changed' && (
                  <p className={classes.support}>
                    <Link
                      to="/bank/questions/$question"
                      params={{ question: id }}
                      className={classes.openQuestion}
                    >
                      {t('exchange.openQuestion')}
                    </Link>
                  </p>
                )}
                <dl className={classes.fields}>
                  {fields.map(({ field, before, after }) => (
                    <div key={field}>
                      <dt>
                        <code>{field}</code>
                      </dt>
                      {before && (
                        <dd>
                          <del>{before}</del>
                        </dd>
                      )}
                      <dd>
                        <ins>{after || '–'}</ins>
                      </dd>
                    </div>
                  ))}
                </dl>
              </details>
            </li>
          ))}
      </ul>
      <p className={classes.dropLine}>
        <Button variant="default" onClick={save}>
          {t('exchange.savePreview')}
        </Button>
        <span className={classes.support}>{t('exchange.howToWrite')}</span>
      </p>
    </>
  );
}
