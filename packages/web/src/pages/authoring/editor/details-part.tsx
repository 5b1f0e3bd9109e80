/** What a question is about: competency, kind, difficulty, minutes, tags, lab. */
import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { QUESTION_KINDS } from '@viva/bank/authoring';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { vocabularyQuery } from '../queries.ts';
import classes from './editor.module.css';
import { JsonField } from './json-field.tsx';
import { ListField } from './list-field.tsx';
import { Part } from './part.tsx';
import type { Editor } from './use-editor.ts';

/** What the lab says of parameters that it would not take, or nothing. */
export function paramsFault(lab: string, params: unknown): string | null {
  const known = LAB_DESCRIPTIONS.find(({ id }) => id === lab);
  const result = known?.params.safeParse(params);
  if (!result || result.success) return null;
  const [issue] = result.error.issues;
  return issue ? `${issue.path.join('.')}: ${issue.message}` : null;
}

export function DetailsPart({ editor }: { editor: Editor }) {
  const { t } = useTranslation(['authoring', 'common', 'bank']);
  const { text } = useFormat();
  const { data: vocabulary } = useSuspenseQuery(vocabularyQuery);
  const { content, edit, findings, proposal } = editor;
  const fault = (at: string) => findings.within(at)[0]?.text ?? null;
  const competency = vocabulary.competencies.find(({ id }) => id === content.competency);
  const unknown = (
    findings.at('/competency').length > 0 && !competency
      ? [{ value: content.competency, label: content.competency }]
      : []
  ).concat(vocabulary.competencies.map(({ id, title }) => ({ value: id, label: text(title) })));
  return (
    <Part id="details" title={t('parts.details')}>
      <div className={classes.fields}>
        <div className={classes.wide}>
          <NativeSelect
            label={t('fields.competency')}
            description={competency && `${text(competency.description)} ${text(competency.boundary)}`}
            value={content.competency}
            data={unknown}
            error={fault('/competency')}
            onChange={(event) => edit('/competency', event.currentTarget.value)}
          />
        </div>
        <NativeSelect
          label={t('bank:kind')}
          value={content.kind}
          data={QUESTION_KINDS.map((value) => ({ value, label: t(`common:kind.${value}`) }))}
          error={fault('/kind')}
          onChange={(event) => edit('/kind', event.currentTarget.value)}
        />
        <NativeSelect
          label={t('fields.difficulty')}
          value={String(content.difficulty)}
          data={['1', '2', '3', '4', '5']}
          error={fault('/difficulty')}
          onChange={(event) => edit('/difficulty', Number(event.currentTarget.value))}
        />
        <NumberInput
          label={t('fields.minutes')}
          min={3}
          max={60}
          clampBehavior="none"
          value={content.minutes}
          error={fault('/minutes')}
          onChange={(value) => edit('/minutes', typeof value === 'number' ? value : 0)}
        />
        <TextInput
          label={t('fields.area')}
          value={content.area}
          disabled={proposal.base !== null}
          error={fault('/area')}
          onChange={(event) => edit('/area', event.currentTarget.value)}
        />
        <div className={classes.wide}>
          <ListField
            label={t('fields.tags')}
            description={t('fields.tagsHint')}
            values={content.tags}
            error={fault('/tags')}
            onChange={(tags) => edit('/tags', tags)}
          />
        </div>
        <NativeSelect
          label={t('fields.lab')}
          value={content.lab?.id ?? ''}
          data={[
            { value: '', label: t('fields.noLab') },
            ...LAB_DESCRIPTIONS.map(({ id, title }) => ({ value: id, label: text(title) })),
            ...(content.lab && !LAB_DESCRIPTIONS.some(({ id }) => id === content.lab?.id)
              ? [{ value: content.lab.id, label: content.lab.id }]
              : []),
          ]}
          error={fault('/lab')}
          onChange={(event) =>
            edit(
              '/lab',
              event.currentTarget.value ? { id: event.currentTarget.value, params: {} } : undefined,
            )
          }
        />
        {content.lab && (
          <div className={classes.wide}>
            <JsonField
              label={t('fields.params')}
              value={content.lab.params}
              fault={paramsFault(content.lab.id, content.lab.params)}
              onChange={(params) => edit('/lab/params', params)}
            />
          </div>
        )}
      </div>
    </Part>
  );
}
