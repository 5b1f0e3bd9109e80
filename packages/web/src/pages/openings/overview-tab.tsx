import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Opening } from '../../api/client.ts';
import { leads, useMe } from '../../app/me.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { Section } from '../../ui/section.tsx';
import table from '../../ui/table.module.css';
import { AdvisorySettingSection } from '../advisory/advisory-setting.tsx';
import { EditDraft } from './edit-draft.tsx';
import classes from './openings.module.css';
import { Kind } from './question-kind.tsx';

export function OverviewTab({ opening }: { opening: Opening }) {
  const { t } = useTranslation(['openings', 'common']);
  const me = useMe();
  const { text, number, date, list } = useFormat();
  const [editing, setEditing] = useState(false);

  if (editing) return <EditDraft opening={opening} onDone={() => setEditing(false)} />;
  const editable = opening.status === 'draft' && leads(me);
  return (
    <div className={classes.overview}>
      <div>
        {opening.description && <p className={classes.description}>{opening.description}</p>}
        <Section
          title={t('pinned')}
          lead={t(opening.status === 'draft' ? 'pinnedDraft' : 'pinnedFixed')}
          actions={editable && <Button onClick={() => setEditing(true)}>{t('common:edit')}</Button>}
        >
          <table className={`${table.table} ${table.cards}`}>
            <thead>
              <tr>
                <th scope="col">{t('columns.question')}</th>
                <th scope="col">{t('columns.kind')}</th>
                <th scope="col" className={table.number}>
                  {t('columns.minutes')}
                </th>
                <th scope="col" className={table.number}>
                  {t('columns.weight')}
                </th>
              </tr>
            </thead>
            {opening.competencies.map((competency) => (
              <tbody key={competency.id}>
                <tr className={classes.groupRow}>
                  <th scope="rowgroup" colSpan={3}>
                    {text(competency.title)}
                  </th>
                  <td data-label={t('columns.weight')} className={table.number}>
                    {number(competency.weight, 2)}
                  </td>
                </tr>
                {opening.items
                  .filter((item) => item.competency === competency.id)
                  .map((item) => (
                    <tr key={item.question}>
                      <td className={classes.questionCell}>
                        <span className={classes.ordinal}>{item.ordinal}</span>
                        {text(item.title)}
                      </td>
                      <td data-label={t('columns.kind')} className={table.tight}>
                        <Kind kind={item.kind} />
                      </td>
                      <td data-label={t('columns.minutes')} className={table.number}>
                        {item.minutes}
                      </td>
                      <td data-label={t('columns.weight')} className={table.number}>
                        {number(item.weight, 1)}
                      </td>
                    </tr>
                  ))}
              </tbody>
            ))}
          </table>
        </Section>
        <AdvisorySettingSection opening={opening} />
      </div>
      <aside className={classes.facts} aria-label={t('facts.title')}>
        <dl>
          <dt>{t('facts.kit')}</dt>
          <dd>{text(opening.kit.title)}</dd>
          <dt>{t('facts.family')}</dt>
          <dd>{opening.scaleFamily}</dd>
          <dt>{t('facts.pin')}</dt>
          <dd>
            <code title={opening.kitHash}>{opening.kitHash.slice(0, 12)}</code>
          </dd>
          <dt>{t('groups.asked')}</dt>
          <dd>
            {opening.askGroups.length > 0
              ? list(opening.askGroups.map((attribute) => t(`common:groups.attribute.${attribute}`)))
              : t('groups.nothing')}
          </dd>
          <dt>{t('facts.created')}</dt>
          <dd>{date(opening.createdAt)}</dd>
          {opening.openedAt && (
            <>
              <dt>{t('facts.opened')}</dt>
              <dd>{date(opening.openedAt)}</dd>
            </>
          )}
          {opening.closedAt && (
            <>
              <dt>{t('facts.closed')}</dt>
              <dd>{date(opening.closedAt)}</dd>
            </>
          )}
        </dl>
        <p className={classes.rule}>{t('facts.rule')}</p>
      </aside>
    </div>
  );
}
