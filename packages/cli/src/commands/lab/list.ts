/** `viva lab list` and `viva lab show`. */

import { language } from '../../terminal/language.ts';
import { textTable } from '../../terminal/text-table.ts';
import { findLab, LABS } from './find-lab.ts';

interface ListOptions {
  lang?: string;
  json?: boolean;
}

export function labList({ lang, json }: ListOptions): void {
  const locale = language(lang);
  if (json)
    console.log(
      JSON.stringify(
        LABS.map(({ id, title, summary }) => ({ id, title, summary })),
        null,
        2,
      ),
    );
  else
    for (const { id, title, summary } of LABS)
      console.log(`${id}\n  ${title[locale]}\n  ${summary[locale]}\n`);
}

export function labShow(id: string, { lang, json }: ListOptions): void {
  const locale = language(lang);
  const { title, summary, params, fields, presets, metrics } = findLab(id);
  const usual = params.parse({});
  if (json) {
    console.log(JSON.stringify({ id, title, summary, defaults: usual, fields, presets, metrics }, null, 2));
    return;
  }
  const zh = locale === 'zh-CN';
  console.log(`${title[locale]}\n${summary[locale]}\n`);
  console.log(
    textTable(
      [
        { head: zh ? '参数' : 'parameter' },
        { head: zh ? '默认' : 'default' },
        { head: zh ? '含义' : 'meaning' },
      ],
      fields.map((field) => [
        field.id,
        JSON.stringify(usual[field.id]),
        `${field.label[locale]}${field.options ? `: ${field.options.map(({ value }) => value).join(' | ')}` : ''}`,
      ]),
    ),
  );
  console.log(
    `\n${textTable(
      [{ head: zh ? '预设' : 'preset' }, { head: '' }],
      presets.map((preset) => [preset.id, `${preset.title[locale]} ${JSON.stringify(preset.params)}`]),
    )}`,
  );
  console.log(
    `\n${textTable(
      [{ head: zh ? '度量' : 'measure' }, { head: '' }],
      metrics.map((metric) => [metric.id, metric.help[locale]]),
    )}`,
  );
}
