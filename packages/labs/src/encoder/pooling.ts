/** Sentence vectors from token vectors, and how near they are. */

export type Pooling = 'mean' | 'cls' | 'pooler' | 'words';

/** The mean of the states that are read (mask 1). @param states length × width */
export function maskedMean(states: Float32Array, mask: readonly number[], width: number): Float32Array {
  const out = new Float32Array(width);
  let count = 0;
  mask.forEach((read, at) => {
    if (read === 0) return;
    count++;
    for (let i = 0; i < width; i++) out[i] = (out[i] as number) + (states[at * width + i] as number);
  });
  return count === 0 ? out : out.map((value) => value / count);
}

/** Of unit length; a zero vector stays as it is. */
export function normalised(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector.slice() : vector.map((value) => value / norm);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let ofA = 0;
  let ofB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB);
}
