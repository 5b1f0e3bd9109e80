/** The article's example, 193 or 194: any number, any range, any bits, by three conventions side by side. */
import { NumberInput } from '@mantine/core';
import { workedExample } from '@viva/labs/catalog';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.ts';
import page from '../../../labs/lab-page.module.css';
import table from '../../../ui/table.module.css';
import own from './quantization.module.css';

export function WorkedExample() {
  const { t } = useTranslation('lab-quantization');
  const { number } = useFormat();
  const [example, setExample] = useState({ value: 0.75689, min: 0, max: 1, bits: 8 });
  const set = (id: keyof typeof example) => (value: string | number) => {
    if (typeof value === 'number' && Number.isFinite(value))
      setExample((before) => ({ ...before, [id]: value }));
  };
  const { value, min, max, bits } = example;
  const possible = max > min && bits >= 2 && bits <= 16 && Number.isInteger(bits);
  const outside = value < min || value > max;
  const factor = { levels: 2 ** bits - 1, steps: 2 ** bits, cells: 2 ** bits };
  return (
    <>
      <div className={own.inputs}>
        <NumberInput size="xs" label={t('example.value')} value={value} onChange={set('value')} step={0.01} />
        <NumberInput size="xs" label={t('example.min')} value={min} onChange={set('min')} step={0.1} />
        <NumberInput size="xs" label={t('example.max')} value={max} onChange={set('max')} step={0.1} />
        <NumberInput
          size="xs"
          label={t('example.bits')}
          value={bits}
          onChange={set('bits')}
          min={2}
          max={16}
          allowDecimal={false}
        />
      </div>
      {!possible ? (
        <p role="alert" className={own.problem}>
          {t('example.impossible')}
        </p>
      ) : (
        <div className={page.scroll}>
          <table className={table.table}>
            <caption className="sr-only">{t('example.title')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('example.convention')}</th>
                <th scope="col" className={table.number}>
                  {t('example.exact')}
                </th>
                <th scope="col" className={table.number}>
                  {t('example.code')}
                </th>
                <th scope="col" className={table.number}>
                  {t('example.back')}
                </th>
                <th scope="col" className={table.number}>
                  {t('example.error')}
                </th>
              </tr>
            </thead>
            <tbody>
              {workedExample(example).map(({ convention, exact, code, rounded, clipped, back, error }) => (
                <tr key={convention}>
                  <th scope="row">
                    {t(`example.${convention}`, { factor: factor[convention] })}
                    <small className={page.help}>{t(`example.${convention}Help`)}</small>
                  </th>
                  <td className={table.number}>{number(exact, 3)}</td>
                  <td className={table.number}>
                    <b>{code}</b>
                    {clipped && <small className={page.help}>{t('example.clipped', { rounded })}</small>}
                  </td>
                  <td className={table.number}>{number(back, 6)}</td>
                  <td className={table.number}>{number(error, 6)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {possible && outside && <p className={own.problem}>{t('example.outside')}</p>}
    </>
  );
}
