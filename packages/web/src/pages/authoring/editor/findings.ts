/** Findings of the checks, in the reader's words and by the place that they are about. */
import type { ContentFinding } from '@viva/bank/authoring';
import type { authoring } from '../../../i18n/en.ts';

export interface PlacedFinding extends ContentFinding {
  /** In the reader's language. */
  text: string;
}

type Code = keyof typeof authoring.finding;
/** Says a finding by its code; the codes are those of `viva bank check`. */
export type SayFinding = (code: Code, values: Record<string, string | number>) => string;

/** What Zod says of a form, by what it says: it speaks English only. */
const FORMS: readonly (readonly [RegExp, Code])[] = [
  [/to have >=1 |expected string to have/, 'schema-missing'],
  [/lower-case letters/, 'schema-slug'],
  [/Invalid URL/i, 'schema-url'],
  [/DOI starts/, 'schema-doi'],
  [/expected number to be/, 'schema-range'],
  [/has a source, a check or both/, 'schema-support'],
];

/** What the checks of the server add: kits, and whatever this browser does not know of. */
export const isOfServer = ({ code, message }: Pick<ContentFinding, 'code' | 'message'>): boolean =>
  message.startsWith('kit "') || code === 'calibration-anchors';

export function placed(
  finding: ContentFinding,
  say: SayFinding,
  knows: (code: string) => boolean,
): PlacedFinding {
  const { code, message } = finding;
  const kit = /^kit "([^"]+)": (.*)$/s.exec(message);
  const [, have = '', need = ''] = /has (\d+) characters, at (?:least|most) (\d+)/.exec(message) ?? [];
  const [, found = ''] = /\("(.+?)"\)/s.exec(message) ?? [];
  const form = code === 'schema' ? FORMS.find(([pattern]) => pattern.test(message))?.[1] : undefined;
  const text = kit
    ? say('kit', { kit: kit[1] ?? '', message: kit[2] ?? '' })
    : form
      ? say(form, { message })
      : knows(code)
        ? say(code as Code, { message, have, need, found })
        : message;
  return { ...finding, text };
}

const NONE: readonly PlacedFinding[] = [];

/** By place; the same array for the same findings, so that fields need not draw again. */
export class FindingIndex {
  private readonly byPlace = new Map<string, PlacedFinding[]>();
  readonly all: readonly PlacedFinding[];
  constructor(findings: readonly PlacedFinding[]) {
    this.all = findings;
    for (const finding of findings)
      this.byPlace.set(finding.at, [...(this.byPlace.get(finding.at) ?? []), finding]);
  }
  at(place: string): readonly PlacedFinding[] {
    return this.byPlace.get(place) ?? NONE;
  }
  /** At a place or anywhere below it. */
  within(place: string): readonly PlacedFinding[] {
    return this.all.filter(({ at }) => at === place || at.startsWith(`${place}/`));
  }
  get errors(): number {
    return this.all.filter(({ severity }) => severity === 'error').length;
  }
}
