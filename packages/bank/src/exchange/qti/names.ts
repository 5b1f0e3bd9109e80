/** Names that writing and reading QTI share. */
import { LOCALES, type Locale, type ScalePoint } from '../../types.ts';

export const SPACE = {
  item: 'http://www.imsglobal.org/xsd/imsqtiasi_v3p0',
  package: 'http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1',
  lom: 'http://ltsc.ieee.org/xsd/LOM',
  metadata: 'http://www.imsglobal.org/xsd/imsqti_metadata_v3p0',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
} as const;

export const SCHEMA = {
  item: 'https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd',
  package: 'https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd',
  lom: 'https://purl.imsglobal.org/spec/md/v1p3/schema/xsd/imsmd_loose_v1p3p2.xsd',
  metadata: 'https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_metadatav3p0_v1p0.xsd',
} as const;

export const TYPE = { item: 'imsqti_item_xmlv3p0', test: 'imsqti_test_xmlv3p0' } as const;

/** The catalogue in which a question's id is its entry, and the vocabularies that LOM has no word of its own for. */
export const CATALOGUE = { question: 'viva-question', kit: 'viva-kit' } as const;
export const VOCABULARY = { kind: 'viva-kind', competency: 'viva-competency', area: 'viva-area' } as const;

/** LOM 1.0, 5.8 difficulty: one word for each of our five points. */
export const DIFFICULTIES: Record<ScalePoint, string> = {
  1: 'very easy',
  2: 'easy',
  3: 'medium',
  4: 'difficult',
  5: 'very difficult',
};

/** Parts of an item, as classes of rubric blocks. */
export const PART = {
  prompt: 'viva-prompt',
  answer: 'viva-answer',
  anchors: 'viva-anchors',
  probes: 'viva-probes',
  mistakes: 'viva-mistakes',
  fair: 'viva-fair',
  parallel: 'viva-parallel',
  sources: 'viva-sources',
  claims: 'viva-claims',
  lab: 'viva-lab',
  markdown: 'viva-markdown',
  kit: 'viva-kit',
  blueprint: 'viva-blueprint',
} as const;

/** XML names cannot begin with a digit, ids of questions can. */
export const itemName = (id: string, locale: Locale): string => `q-${id}-${locale}`;

export const localeOf = (tag: string | undefined): Locale | undefined => {
  if (!tag) return undefined;
  const exact = LOCALES.find((locale) => locale.toLowerCase() === tag.toLowerCase());
  if (exact) return exact;
  const [language] = tag.toLowerCase().split('-');
  return language === 'zh' ? 'zh-CN' : language === 'en' ? 'en' : undefined;
};

/** Minutes as an ISO 8601 duration, exactly: 7.5 is PT7M30S. */
export function toDuration(minutes: number): string {
  const whole = Math.floor(minutes);
  const seconds = (minutes - whole) * 60;
  if (seconds === 0) return `PT${whole}M`;
  // Where seconds would not give the same minutes again, everything is seconds.
  const short = String(Number(seconds.toFixed(6)));
  if (whole + Number(short) / 60 === minutes) return `PT${whole}M${short}S`;
  // Enough digits that the same number of minutes comes back, bit for bit.
  return `PT${whole}M${seconds.toFixed(18).replace(/0+$/, '')}S`;
}

/** @returns undefined where it is no duration of hours, minutes and seconds */
export function fromDuration(text: string): number | undefined {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text.trim());
  if (!parts || text.trim() === 'PT') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = parts;
  return Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
}
