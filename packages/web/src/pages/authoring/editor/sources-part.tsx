/** What the answer rests on. */
import { Button, NumberInput, TextInput } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './editor.module.css';
import { FindingList } from './finding-list.tsx';
import { Part } from './part.tsx';
import type { Editor } from './use-editor.ts';

const OPTIONAL = ['venue', 'url', 'doi', 'number'] as const;

export function SourcesPart({ editor }: { editor: Editor }) {
  const { t } = useTranslation(['authoring', 'bank']);
  const { content, edit, change, findings } = editor;
  return (
    <Part id="sources" title={t('bank:sources')} lead={t('leads.sources')}>
      {content.sources.map((source, index) => {
        const at = `/sources/${index}`;
        const fault = (field: string) => findings.at(`${at}/${field}`)[0]?.text ?? null;
        return (
          <fieldset key={index} className={classes.card}>
            <legend>{t('source', { number: index + 1 })}</legend>
            <div className={classes.fields}>
              {(['id', 'authors', 'title'] as const).map((field) => (
                <TextInput
                  key={field}
                  label={t(`fields.${field}`)}
                  value={source[field]}
                  error={fault(field)}
                  onChange={(event) => edit(`${at}/${field}`, event.currentTarget.value)}
                />
              ))}
              <NumberInput
                label={t('fields.year')}
                value={source.year}
                allowDecimal={false}
                thousandSeparator=""
                error={fault('year')}
                onChange={(value) => edit(`${at}/year`, typeof value === 'number' ? value : 0)}
              />
              {OPTIONAL.map((field) => (
                <TextInput
                  key={field}
                  label={t(`fields.${field}`)}
                  value={source[field] ?? ''}
                  error={fault(field)}
                  onChange={(event) => edit(`${at}/${field}`, event.currentTarget.value || undefined)}
                />
              ))}
            </div>
            <FindingList findings={findings.at(at)} />
            <Button
              data-size="compact"
              onClick={() =>
                change('sources', (before) => ({
                  ...before,
                  sources: before.sources.filter((_one, other) => other !== index),
                }))
              }
            >
              {t('removeSource')}
            </Button>
          </fieldset>
        );
      })}
      <FindingList findings={findings.at('/sources')} />
      <Button
        data-size="compact"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() =>
          change('sources', (before) => ({
            ...before,
            sources: [...before.sources, { id: '', title: '', authors: '', year: new Date().getFullYear() }],
          }))
        }
      >
        {t('addSource')}
      </Button>
    </Part>
  );
}
