/** Raters beside each other without a model: how far each scores from the others on the very same answers. */
import type { Locale } from '../statements/statement-text.ts';
import type { RatingsTable } from '../table/ratings-table.ts';

export interface RaterComparison {
  id: string;
  /** Ratings of answers that somebody else scored too. */
  shared: number;
  /** Mean of own score less the mean of the others' on the same person and item; null without a shared answer. */
  difference: number | null;
  /** Smallest and largest mean difference over persons, to show how steady it is; null below two persons. */
  range: { least: number; most: number } | null;
  text: string;
}

export function compareRaters(table: RatingsTable, locale: Locale = 'en'): RaterComparison[] {
  const cells = new Map<number, number[]>();
  for (let row = 0; row < table.size; row++) {
    const key = (table.person[row] as number) * table.items.length + (table.item[row] as number);
    const list = cells.get(key);
    if (list) list.push(row);
    else cells.set(key, [row]);
  }
  const gaps = table.raters.map(() => new Map<number, number[]>());
  for (const rows of cells.values()) {
    if (rows.length < 2) continue;
    const total = rows.reduce((sum, row) => sum + (table.score[row] as number), 0);
    for (const row of rows) {
      const own = table.score[row] as number;
      const person = table.person[row] as number;
      const mine = gaps[table.rater[row] as number];
      const list = mine?.get(person) ?? [];
      list.push(own - (total - own) / (rows.length - 1));
      mine?.set(person, list);
    }
  }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return table.raters.map((id, r): RaterComparison => {
    const byPerson = [...(gaps[r]?.values() ?? [])];
    const all = byPerson.flat();
    const difference = all.length > 0 ? mean(all) : null;
    const means = byPerson.map(mean);
    const range = means.length < 2 ? null : { least: Math.min(...means), most: Math.max(...means) };
    return {
      id,
      shared: all.length,
      difference,
      range,
      text: describe(difference, range, all.length, locale),
    };
  });
}

function describe(
  difference: number | null,
  range: RaterComparison['range'],
  shared: number,
  locale: Locale,
): string {
  const zh = locale === 'zh-CN';
  if (difference === null)
    return zh
      ? '没有与他人共同评过的回答，无法比较'
      : 'shares no answer with another rater: cannot be compared';
  const amount = Math.abs(difference).toFixed(1);
  const level =
    amount === '0.0'
      ? zh
        ? '与其他评分者平均一致'
        : 'on average as the others'
      : difference < 0
        ? zh
          ? `平均比其他评分者低 ${amount} 分`
          : `on average ${amount} points below the others`
        : zh
          ? `平均比其他评分者高 ${amount} 分`
          : `on average ${amount} points above the others`;
  // Beyond chance only where the sign is the same for everybody; with few persons even that says little.
  const steady = range !== null && range.least * range.most > 0;
  const manner =
    range === null
      ? zh
        ? '只有一位候选人'
        : 'one person only'
      : steady
        ? zh
          ? '对每位候选人方向相同'
          : 'the same way for every person'
        : zh
          ? '方向因候选人而异'
          : 'not the same way for every person';
  return zh ? `${level}（${shared} 个回答；${manner}）` : `${level} (${shared} answers; ${manner})`;
}
