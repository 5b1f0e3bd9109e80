/** The Wright map: persons, raters, items and steps on one vertical scale of logits, as inline SVG. */
import type { RatingsFit } from '../mfrm/fit-types.ts';

export interface WrightLabels {
  title: string;
  description: string;
  persons: string;
  raters: string;
  items: string;
  steps: string;
  logits: string;
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const HEIGHT = 520;
const TOP = 46;
const WIDTH = 760;

/** Moves labels apart so that none is nearer than `gap`, in their order. */
export function spread(positions: readonly number[], gap: number): number[] {
  const out = [...positions];
  for (let turn = 0; turn < 60; turn++) {
    let moved = false;
    for (let at = 1; at < out.length; at++) {
      const overlap = gap - ((out[at] as number) - (out[at - 1] as number));
      if (overlap <= 0.01) continue;
      out[at - 1] = (out[at - 1] as number) - overlap / 2;
      out[at] = (out[at] as number) + overlap / 2;
      moved = true;
    }
    if (!moved) break;
  }
  return out;
}

/** Colours come from the page's CSS: classes `axis`, `bar`, `mark`, `label`. */
export function wrightMap(fit: RatingsFit, labels: WrightLabels): string {
  const known = (elements: RatingsFit['persons']): { id: string; measure: number }[] =>
    elements.flatMap(({ id, measure }) => (measure === null ? [] : [{ id, measure }]));
  const persons = known(fit.persons);
  const columns = [
    { name: labels.raters, x: 330, list: known(fit.raters) },
    { name: labels.items, x: 480, list: known(fit.items) },
    {
      name: labels.steps,
      x: 640,
      list: fit.steps.map(({ item, category, measure }) => ({
        id: item === null ? String(category) : `${item} ${category}`,
        measure,
      })),
    },
  ];
  const all = [...persons, ...columns.flatMap(({ list }) => list)].map(({ measure }) => measure);
  if (all.length === 0) return '';
  const low = Math.floor(Math.min(...all, -1));
  const high = Math.ceil(Math.max(...all, 1));
  const y = (measure: number): number => TOP + ((high - measure) / (high - low)) * (HEIGHT - TOP - 20);
  const parts: string[] = [];
  const every = high - low > 14 ? 2 : 1;
  for (let tick = low; tick <= high; tick += every)
    parts.push(
      `<line class="axis" x1="52" x2="${WIDTH - 10}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>` +
        `<text class="label" x="44" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick}</text>`,
    );
  parts.push(`<text class="label head" x="8" y="20">${escapeHtml(labels.logits)}</text>`);
  parts.push(`<text class="label head" x="60" y="20">${escapeHtml(labels.persons)}</text>`);

  const bins = 40;
  const counts = new Float64Array(bins);
  for (const { measure } of persons) {
    const bin = Math.min(bins - 1, Math.floor(((measure - low) / (high - low)) * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const most = Math.max(1, ...counts);
  const barHeight = (HEIGHT - TOP - 20) / bins;
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin] as number;
    if (count === 0) continue;
    const top = y(low + ((bin + 1) / bins) * (high - low));
    parts.push(
      `<rect class="bar" x="60" y="${top.toFixed(1)}" width="${((count / most) * 210).toFixed(1)}" height="${(barHeight - 1).toFixed(1)}"><title>${count}</title></rect>`,
    );
  }
  for (const { name, x, list } of columns) {
    parts.push(`<text class="label head" x="${x}" y="20">${escapeHtml(name)}</text>`);
    // More labels than fit are drawn as marks with their name on hover.
    const sorted = [...list].sort((a, b) => b.measure - a.measure);
    const crowded = sorted.length > 36;
    const at = spread(
      sorted.map(({ measure }) => y(measure)),
      12.5,
    );
    for (const [index, { id, measure }] of sorted.entries()) {
      const mark = y(measure);
      const place = at[index] as number;
      const short = id.length > 16 ? `${id.slice(0, 15)}…` : id;
      parts.push(
        `<circle class="mark" cx="${x - 8}" cy="${mark.toFixed(1)}" r="3"><title>${escapeHtml(id)} ${measure.toFixed(2)}</title></circle>`,
      );
      if (!crowded)
        parts.push(
          `<line class="lead" x1="${x - 5}" y1="${mark.toFixed(1)}" x2="${x + 2}" y2="${place.toFixed(1)}"/>` +
            `<text class="label" x="${x + 4}" y="${(place + 4).toFixed(1)}">${escapeHtml(short)}</text>`,
        );
    }
  }
  return (
    `<svg class="wright" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="wright-title wright-description">` +
    `<title id="wright-title">${escapeHtml(labels.title)}</title>` +
    `<desc id="wright-description">${escapeHtml(labels.description)}</desc>${parts.join('')}</svg>`
  );
}
