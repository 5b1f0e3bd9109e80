/** Sentences of the answer that can be checked: by a source, by an experiment, or both. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type Claim, LOCALES } from '@viva/bank/authoring';
import { LAB_DESCRIPTIONS } from '@viva/labs/catalog';
import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import { ClaimRun } from './claim-run.tsx';
import { CodeField } from './code-field.tsx';
import { paramsFault } from './details-part.tsx';
import classes from './editor.module.css';
import { FindingList } from './finding-list.tsx';
import { JsonField } from './json-field.tsx';
import { ListField } from './list-field.tsx';
import { Part } from './part.tsx';
import { LANGUAGE } from './text-parts.tsx';
import type { Editor } from './use-editor.ts';

export function ClaimsPart({ editor }: { editor: Editor }) {
  const { t } = useTranslation(['authoring', 'bank']);
  const { content, change, findings } = editor;
  return (
    <Part id="claims" title={t('bank:claims')} lead={t('leads.claims')}>
      {content.claims.map((claim, index) => (
        <fieldset key={index} className={classes.card}>
          <legend>{t('claim', { number: index + 1 })}</legend>
          <ClaimFields editor={editor} claim={claim} at={`/claims/${index}`} />
          <FindingList findings={findings.at(`/claims/${index}`)} />
          <Button
            data-size="compact"
            onClick={() =>
              change('claims', (before) => ({
                ...before,
                claims: before.claims.filter((_one, other) => other !== index),
              }))
            }
          >
            {t('removeClaim')}
          </Button>
        </fieldset>
      ))}
      <FindingList findings={findings.at('/claims')} />
      <Button
        data-size="compact"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() =>
          change('claims', (before) => ({
            ...before,
            claims: [...before.claims, { id: '', text: { 'zh-CN': '', en: '' } }],
          }))
        }
      >
        {t('addClaim')}
      </Button>
    </Part>
  );
}

function ClaimFields({ editor, claim, at }: { editor: Editor; claim: Claim; at: string }) {
  const { t } = useTranslation('authoring');
  const { content, edit, findings } = editor;
  const fault = (field: string) => findings.at(`${at}/${field}`)[0]?.text ?? null;
  return (
    <>
      <div className={classes.pair}>
        {LOCALES.map((locale) => {
          const place = `${at}/text/${locale}`;
          return (
            <div key={locale} className={classes.side}>
              <CodeField
                at={place}
                value={claim.text[locale]}
                label={`${t('claimText')} · ${LANGUAGE[locale]}`}
                lang={locale}
                oneLine
                findings={findings.at(place)}
                onChange={edit}
              />
              <FindingList findings={findings.at(place)} />
            </div>
          );
        })}
      </div>
      <div className={classes.fields}>
        <TextInput
          label={t('fields.id')}
          value={claim.id}
          error={fault('id')}
          onChange={(event) => edit(`${at}/id`, event.currentTarget.value)}
        />
        <NativeSelect
          label={t('fields.source')}
          value={claim.source ?? ''}
          error={fault('source')}
          data={[
            { value: '', label: t('fields.noSource') },
            ...content.sources.map(({ id, authors, year }) => ({ value: id, label: `${authors} (${year})` })),
            ...(claim.source && !content.sources.some(({ id }) => id === claim.source)
              ? [{ value: claim.source, label: claim.source }]
              : []),
          ]}
          onChange={(event) => edit(`${at}/source`, event.currentTarget.value || undefined)}
        />
        <TextInput
          label={t('fields.at')}
          value={claim.at ?? ''}
          error={fault('at')}
          onChange={(event) => edit(`${at}/at`, event.currentTarget.value || undefined)}
        />
      </div>
      <CheckFields editor={editor} claim={claim} at={`${at}/check`} />
    </>
  );
}

/** The experiment behind a claim, and running it. */
function CheckFields({ editor, claim, at }: { editor: Editor; claim: Claim; at: string }) {
  const { t } = useTranslation('authoring');
  const { text } = useFormat();
  const { edit, findings } = editor;
  const { check } = claim;
  const [first] = LAB_DESCRIPTIONS;
  return (
    <>
      <label className={classes.toggle}>
        <input
          type="checkbox"
          checked={check !== undefined}
          onChange={(event) =>
            edit(
              at,
              event.currentTarget.checked
                ? { lab: first?.id ?? '', params: {}, seeds: [1, 2, 3], assert: [] }
                : undefined,
            )
          }
        />
        {t('hasCheck')}
      </label>
      {check && (
        <>
          <div className={classes.fields}>
            <NativeSelect
              label={t('fields.lab')}
              value={check.lab}
              error={findings.at(`${at}/lab`)[0]?.text ?? null}
              data={[
                ...LAB_DESCRIPTIONS.map(({ id, title }) => ({ value: id, label: text(title) })),
                ...(LAB_DESCRIPTIONS.some(({ id }) => id === check.lab)
                  ? []
                  : [{ value: check.lab, label: check.lab }]),
              ]}
              onChange={(event) => edit(`${at}/lab`, event.currentTarget.value)}
            />
            <ListField
              label={t('fields.seeds')}
              values={check.seeds.map(String)}
              error={findings.within(`${at}/seeds`)[0]?.text ?? null}
              onChange={(seeds) =>
                edit(
                  `${at}/seeds`,
                  seeds.map(Number).filter((seed) => Number.isInteger(seed)),
                )
              }
            />
            <div className={classes.wide}>
              <JsonField
                label={t('fields.params')}
                value={check.params}
                fault={paramsFault(check.lab, check.params)}
                onChange={(params) => edit(`${at}/params`, params)}
              />
            </div>
            <div className={classes.wide}>
              <ListField
                lines
                label={t('fields.assert')}
                description={t('fields.assertHint')}
                values={check.assert}
                error={findings.within(`${at}/assert`)[0]?.text ?? null}
                onChange={(lines) => edit(`${at}/assert`, lines)}
              />
            </div>
          </div>
          <ClaimRun check={check} />
        </>
      )}
    </>
  );
}
