/** Adverse impact: selection rates by group, the four-fifths rule beside exact tests. */
import { useTranslation } from 'react-i18next';
import type { DecisionReport } from '../../api/client.ts';
import { useFormat } from '../../i18n/use-format.ts';
import table from '../../ui/table.module.css';
import classes from './statistics.module.css';

type Impact = NonNullable<DecisionReport['impact']>;
type Group = Impact['attributes'][number]['groups'][number];

export function ImpactView({ impact }: { impact: Impact }) {
  const { t } = useTranslation(['decision', 'common']);
  const { number, percent } = useFormat();
  if (impact.state !== 'counted')
    return <p className={classes.method}>{t(`impact.state.${impact.state}`)}</p>;
  const reading = (group: Group, reference: string): string =>
    group.group === reference
      ? t('impact.reference')
      : `${t(group.below ? 'impact.below' : 'impact.fine')}${group.fragile ? ` · ${t('impact.fragile')}` : ''}`;
  return (
    <>
      {impact.attributes.map(({ attribute, reference, groups }) => {
        const name = t(`common:groups.attribute.${attribute}`);
        return (
          <table key={attribute} className={`${table.table} ${table.cards} ${classes.impact}`}>
            <caption className="sr-only">{t('impact.caption', { attribute: name })}</caption>
            <thead>
              <tr>
                <th scope="col">{name}</th>
                <th scope="col" className={table.number}>
                  {t('impact.selected')}
                </th>
                <th scope="col" className={table.number}>
                  {t('impact.rate')}
                </th>
                <th scope="col" className={table.number}>
                  <abbr title={t('impact.hint.ratio')}>{t('impact.ratio')}</abbr>
                </th>
                <th scope="col" className={table.number}>
                  <abbr title={t('impact.hint.exact')}>{t('impact.exact')}</abbr>
                </th>
                <th scope="col" className={table.number}>
                  <abbr title={t('impact.hint.midP')}>{t('impact.midP')}</abbr>
                </th>
                <th scope="col">{t('impact.reading')}</th>
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <tr key={group.group}>
                  <th scope="row">{String(t(`common:groups.value.${attribute}.${group.group}` as never))}</th>
                  <td data-label={t('impact.selected')} className={table.number}>
                    {group.selected} / {group.total}
                  </td>
                  <td data-label={t('impact.rate')} className={table.number}>
                    {group.rate === null ? '—' : percent(group.rate)}
                  </td>
                  <td data-label={t('impact.ratio')} className={table.number}>
                    {number(group.ratio)}
                  </td>
                  <td data-label={t('impact.exact')} className={table.number}>
                    {number(group.p, 3)}
                  </td>
                  <td data-label={t('impact.midP')} className={table.number}>
                    {number(group.midP, 3)}
                  </td>
                  <td data-label={t('impact.reading')}>{reading(group, reference)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        );
      })}
    </>
  );
}
