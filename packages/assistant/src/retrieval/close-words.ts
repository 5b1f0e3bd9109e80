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

/**
 * The words of a vocabulary that are spelt most like a word in Latin letters: one edit away, two for long words. Only the
 * nearest, at most four. Chinese has character pairs instead.
 */
export function closeWords(word: string, vocabulary: Iterable<string>): string[] {
  if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) return [];
  let best = word.length >= LONG ? 2 : 1;
  let found: string[] = [];
  for (const other of vocabulary) {
    if (other.length < SHORTEST || Math.abs(other.length - word.length) > best) continue;
    const distance = editDistance(word, other, best);
    if (distance > best) continue;
    if (distance < best) {
      best = distance;
      found = [];
    }
    found.push(other);
  }
  return found.slice(0, MOST);
}
