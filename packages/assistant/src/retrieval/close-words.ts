/** Words spelt nearly alike. */

/** Shorter words have too many neighbours. */
const SHORTEST = 4;
/** From this length on, two slips are forgiven. */
const LONG = 8;
const MOST = 4;

/**
 * Edit distance with neighbouring letters swapped as one edit (optimal string alignment, Damerau 1964).
 * @returns the distance, or limit + 1 as soon as it must be larger
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let twoAgo: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j - 1] as number) + (same ? 0 : 1),
        (previous[j] as number) + 1,
        (row[j - 1] as number) + 1,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (twoAgo[j - 2] as number) + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    twoAgo = previous;
    previous = row;
  }
  return previous[b.length] as number;
}

/** Which letters a word has, a bit each. */
function letters(word: string): number {
  let mask = 0;
  for (let at = 0; at < word.length; at++) mask |= 1 << (word.charCodeAt(at) - 97);
  return mask;
}

function countBits(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

interface Bucket {
  words: string[];
  masks: number[];
}

/**
 * Finds the words of a vocabulary that are spelt most like another one: one edit away, two for long words. Latin letters
 * only; Chinese has character pairs instead. An edit changes at most two letters of the set, which rules nearly all
 * words out before distances are computed.
 */
export class Spellings {
  private readonly buckets = new Map<number, Bucket>();

  constructor(vocabulary: Iterable<string>) {
    for (const word of vocabulary) {
      if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) continue;
      let bucket = this.buckets.get(word.length);
      if (!bucket) {
        bucket = { words: [], masks: [] };
        this.buckets.set(word.length, bucket);
      }
      bucket.words.push(word);
      bucket.masks.push(letters(word));
    }
  }

  /** Only the nearest, at most four, in the order of the vocabulary among words of one length. */
  close(word: string): string[] {
    if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) return [];
    const mask = letters(word);
    let best = word.length >= LONG ? 2 : 1;
    let found: string[] = [];
    for (let length = word.length - best; length <= word.length + best; length++) {
      const bucket = this.buckets.get(length);
      if (!bucket) continue;
      const { words, masks } = bucket;
      for (let at = 0; at < words.length; at++) {
        if (countBits((masks[at] as number) ^ mask) > 2 * best) continue;
        const other = words[at] as string;
        const distance = editDistance(word, other, best);
        if (distance > best) continue;
        if (distance < best) {
          best = distance;
          found = [];
        }
        found.push(other);
      }
    }
    return found.slice(0, MOST);
  }
}
