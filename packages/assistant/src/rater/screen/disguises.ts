/** What a passage says once its disguise is taken off: invisible characters, look-alikes, spelt-out words, encodings. */

/** Characters that take no room: zero-width, directional, soft hyphen, tags and variation selectors. */
const INVISIBLE =
  /\u034f|[\ufe00-\ufe0f]|[\u{e0000}-\u{e0fff}]|[\u00ad\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
/** Tag characters repeat ASCII where nobody sees it. */
const TAGS = /[\u{e0020}-\u{e007e}]+/gu;

/** Cyrillic and Greek letters that look like Latin ones (the commonest of Unicode's confusables, UTS 39). */
const LOOK_ALIKES: Record<string, string> = Object.fromEntries(
  [
    ...'аaеeоoрpсcуyхxіiјjѕsԁdһhӏlԛqԝwвbкkмmнhтt'.matchAll(/(.)(.)/gu),
    ...'αaοoρpνvτtιiκkυuεeηnγyχxωw'.matchAll(/(.)(.)/gu),
  ].map(([, from, to]) => [from, to]),
);

/** Digits and signs that stand for letters inside a word. */
const LEET: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };

/** Letters in a row, each by itself, that make a word spelt out and no list of symbols. */
const SPELT = /(?<![\p{L}\p{N}])(?:[a-z][ ._*~-]{1,3}){7,}[a-z](?![\p{L}\p{N}])/giu;
const SPELT_HAN = /(?:\p{Script=Han}[ ._*~-]){4,}\p{Script=Han}/gu;

/** A decoded text has to be as long to be one, and made of what one writes. */
const LEAST_DECODED = 6;
const isText = (text: string): boolean =>
  text.length >= LEAST_DECODED &&
  /^[\p{L}\p{N}\p{P}\p{S}\s]+$/u.test(text) &&
  (text.match(/[\p{L}\s]/gu)?.length ?? 0) >= 0.6 * text.length;

const utf8 = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
};

export const withoutInvisible = (text: string): string => text.replace(INVISIBLE, '');

/** One form of each letter, nothing invisible: for comparing, since it also turns e² into e2. */
export const visible = (text: string): string => withoutInvisible(text).normalize('NFKC');

/** Texts that are written in base64, hexadecimal, percent, `\u` or `&#` in this one. */
function decoded(text: string): string[] {
  const found: string[] = [];
  for (const [run] of text.matchAll(/(?<![\w+/])[A-Za-z0-9+/_-]{12,}={0,2}(?![\w+/])/g))
    found.push(utf8(Buffer.from(run.replaceAll('-', '+').replaceAll('_', '/'), 'base64')));
  for (const [run] of text.matchAll(/\b(?:[0-9a-f]{2}[ :]?){8,}\b/gi))
    found.push(utf8(Buffer.from(run.replace(/[ :]/g, ''), 'hex')));
  for (const [run] of text.matchAll(/(?:%[0-9a-f]{2}|[\w.~+-]){12,}/gi))
    if ((run.match(/%/g)?.length ?? 0) >= 3)
      try {
        found.push(decodeURIComponent(run.replaceAll('+', ' ')));
      } catch {
        // No percent encoding after all.
      }
  if ((text.match(/\\u[0-9a-f]{4}|&#x?[0-9a-f]+;/gi)?.length ?? 0) >= 3)
    found.push(
      text
        .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        .replace(/&#(x?)([0-9a-f]+);/gi, (whole: string, hex: string, code: string) => {
          const point = Number.parseInt(code, hex ? 16 : 10);
          return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
        }),
    );
  return found.filter(isText);
}

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });

/** Words that hold letters of several scripts, in Latin. */
const oneScript = (text: string): string =>
  text.replace(/[\p{L}]+/gu, (word) =>
    /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word)
      ? [...word.toLowerCase()].map((letter) => LOOK_ALIKES[letter] ?? letter).join('')
      : word,
  );

const withoutLeet = (text: string): string =>
  text.replace(/[\p{L}\d@$]{3,}/gu, (word) =>
    /\p{L}/u.test(word) && /[\d@$]/.test(word)
      ? word.replace(/[013457@$]/g, (sign) => LEET[sign] ?? sign)
      : word,
  );

const together = (text: string): string =>
  text
    // Between words there are two signs, or three.
    .replace(SPELT, (run) =>
      run
        .split(/[ ._*~-]{2,}/)
        .map((word) => word.replace(/[ ._*~-]/g, ''))
        .join(' '),
    )
    .replace(SPELT_HAN, (run) => run.replace(/[ ._*~-]/g, ''));

/** Common words of English, as a sign that a text is English. */
const englishWords = (text: string): number =>
  text.match(/\b(?:the|this|that|of|to|and|is|are|in|it|you|my|me|for|with|on|not|be|as|all|give|a)\b/giu)
    ?.length ?? 0;

/** The passage as it looks, and the other ways in which a model may read it. */
export function readings(passage: string): { plain: string; others: string[] } {
  const plain = visible(passage);
  const others = new Set<string>();
  const add = (text: string) => {
    if (text.trim() !== '' && text !== plain) others.add(text);
  };
  for (const [run] of passage.matchAll(TAGS))
    add([...run].map((tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)).join(''));
  add(oneScript(plain));
  add(withoutLeet(plain));
  add(together(plain));
  for (const text of decoded(plain)) add(text);
  // Of any text these make nonsense, in which signs occur by chance: more English than before is no chance.
  for (const turned of [rot13(plain), [...plain].reverse().join('')])
    if (/\p{Script=Han}/u.test(turned) || englishWords(turned) >= Math.max(2, 2 * englishWords(plain)))
      add(turned);
  return { plain, others: [...others] };
}

/** Whether the passage holds text that a person cannot read as it stands: encoded, in tags, or spelt letter by letter. */
export const isEncoded = (passage: string): boolean =>
  decoded(visible(passage)).length > 0 ||
  /[\u{e0020}-\u{e007e}]{4}/u.test(passage) ||
  (visible(passage).match(SPELT) ?? []).some((run) => run.replace(/[^a-z]/gi, '').length >= 12);
