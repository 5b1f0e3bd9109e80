/** Modes captured and high-quality samples, as Srivastava et al. (2017) and Lin et al. (2018) count them. */

export interface ModeCount {
  /** Modes with at least one high-quality sample. */
  captured: number;
  /** Share of samples within three standard deviations of some mode. */
  highQuality: number;
  /** KL divergence, nats, of the high-quality samples' frequencies over modes from equal ones; null without any. */
  kl: number | null;
}

/**
 * @param samples x and y in turn
 * @param modes centres, x and y in turn, equally likely
 * @param sd of a mode, the same in both directions
 */
export function countModes(samples: Float32Array, modes: Float32Array, sd: number): ModeCount {
  const m = modes.length / 2;
  const counts = new Float64Array(m);
  const n = samples.length / 2;
  let good = 0;
  for (let at = 0; at < n; at++) {
    const x = samples[2 * at] as number;
    const y = samples[2 * at + 1] as number;
    let nearest = -1;
    let best = 9 * sd * sd;
    for (let k = 0; k < m; k++) {
      const square = (x - (modes[2 * k] as number)) ** 2 + (y - (modes[2 * k + 1] as number)) ** 2;
      if (square <= best) {
        best = square;
        nearest = k;
      }
    }
    if (nearest === -1) continue;
    counts[nearest] = (counts[nearest] as number) + 1;
    good++;
  }
  let kl = 0;
  for (const count of counts) if (count > 0) kl += (count / good) * Math.log((count / good) * m);
  return {
    captured: counts.filter((count) => count > 0).length,
    highQuality: n > 0 ? good / n : 0,
    kl: good > 0 ? kl : null,
  };
}
