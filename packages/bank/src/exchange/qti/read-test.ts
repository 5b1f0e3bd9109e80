/** Reads our kits back from the tests of a QTI package. */
import { z } from 'zod';
import type { Finding, KitItem, Locale, Localised } from '../../types.ts';
import { ExchangeError } from '../exchange-error.ts';
import { childOf, childrenOf, find, hasClass, parseXml, textOf, walk, type XmlElement } from '../xml.ts';
import type { Files } from '../zip.ts';
import { resolveHref } from './href.ts';
import { localeOf, PART, TYPE } from './names.ts';

export interface ReadKit {
  id: string;
  scaleFamily: string;
  text: Localised<{ title: string; summary: string }>;
  competencies: { id: string; weight: number; least: number; reserve: string[] }[];
  items: KitItem[];
  minutes: number;
}

const KitNote = z.strictObject({
  id: z.string(),
  scaleFamily: z.string(),
  minutes: z.number(),
  order: z.array(z.string()),
});
const BlueprintNote = z.strictObject({
  competency: z.string(),
  weight: z.number(),
  least: z.number(),
  reserve: z.array(z.string()),
});

/** The JSON that stands in a rubric block of ours. */
function note<T>(within: XmlElement, part: string, schema: z.ZodType<T>, file: string): T | undefined {
  const block = childrenOf(within, 'qti-rubric-block').find((one) => hasClass(one, part));
  if (!block) return undefined;
  const text = textOf(find(block, ({ name }) => name === 'code') ?? block);
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ExchangeError(
      'bad-qti',
      file,
      `the note "${part}" is not what stood here`,
      `line ${block.line}`,
    );
  }
}

function strings(resource: XmlElement, name: string): Partial<Record<Locale, string>> {
  const general = ['metadata', 'lom', 'general'].reduce<XmlElement | undefined>(
    (one, step) => childOf(one, step),
    resource,
  );
  const element = childOf(general, name);
  return Object.fromEntries(
    (element ? childrenOf(element, 'string') : []).flatMap((one) => {
      const locale = localeOf(one.attributes.language);
      return locale ? [[locale, textOf(one)]] : [];
    }),
  );
}

/** Tests of other programs are left alone, with a word about it. The languages of a kit hold the same, so one is read. */
export function readTests(
  resources: readonly XmlElement[],
  files: Files,
  manifest: string,
  questionOf: ReadonlyMap<string, string>,
  findings: Finding[],
): ReadKit[] {
  const kits = new Map<string, ReadKit>();
  for (const resource of resources.filter(({ attributes }) => attributes.type === TYPE.test)) {
    const { href = '', identifier = '' } = resource.attributes;
    const file = resolveHref(href, manifest, manifest, resource.line);
    const bytes = files.get(file);
    if (!bytes)
      throw new ExchangeError(
        'bad-qti',
        manifest,
        `"${file}" is listed and not there`,
        `line ${resource.line}`,
      );
    const root = parseXml(bytes, file);
    const kit = note(root, PART.kit, KitNote, file);
    if (!kit) {
      findings.push({
        severity: 'warning',
        code: 'resource',
        file: manifest,
        line: resource.line,
        message: `test "${identifier}" is not a kit of ours and is not taken in; its items are`,
      });
      continue;
    }
    if (kits.has(kit.id)) continue;
    const title = strings(resource, 'title');
    const summary = strings(resource, 'description');
    const text = (locale: Locale) => ({ title: title[locale] ?? '', summary: summary[locale] ?? '' });
    const competencies: ReadKit['competencies'] = [];
    const weights = new Map<string, number>();
    for (const section of walk(root)) {
      if (section.name !== 'qti-assessment-section') continue;
      const blueprint = note(section, PART.blueprint, BlueprintNote, file);
      if (blueprint) {
        const { competency: id, ...rest } = blueprint;
        competencies.push({ id, ...rest });
      }
      for (const ref of childrenOf(section, 'qti-assessment-item-ref')) {
        const item = resolveHref(ref.attributes.href ?? '', file, file, ref.line);
        const question = questionOf.get(item);
        if (question === undefined)
          throw new ExchangeError(
            'bad-qti',
            file,
            `"${item}" is no item of this package`,
            `line ${ref.line}`,
          );
        weights.set(question, Number(childOf(ref, 'qti-weight')?.attributes.value ?? 1));
      }
    }
    const order = [...weights.keys()].sort((a, b) => kit.order.indexOf(a) - kit.order.indexOf(b));
    kits.set(kit.id, {
      id: kit.id,
      scaleFamily: kit.scaleFamily,
      text: { 'zh-CN': text('zh-CN'), en: text('en') },
      competencies,
      items: order.map((question) => ({ question, weight: weights.get(question) ?? 1 })),
      minutes: kit.minutes,
    });
  }
  return [...kits.values()];
}
