/** The losses of a run over its rounds, thinned out so that a long run stays small. */
export class Losses {
  readonly step: number[] = [];
  readonly discriminator: number[] = [];
  readonly generator: number[] = [];
  readonly diffusion: number[] = [];

  add(step: number, discriminator: number, generator: number, diffusion: number): void {
    this.step.push(step);
    this.discriminator.push(discriminator);
    this.generator.push(generator);
    this.diffusion.push(diffusion);
    // A long run keeps every second entry from time to time: memory and frames stay small.
    if (this.step.length >= 4000)
      for (const list of [this.step, this.discriminator, this.generator, this.diffusion]) {
        const thinned = list.filter((_, at) => at % 2 === 0);
        list.length = 0;
        list.push(...thinned);
      }
  }
}

/** Standard deviation over mean of the last half of a loss, smoothed over twenty entries: how much it swings. */
export function swing(losses: readonly number[]): number | null {
  const late = losses.slice(Math.floor(losses.length / 2));
  const smooth: number[] = [];
  for (let at = 0; at + 20 <= late.length; at += 20)
    smooth.push(late.slice(at, at + 20).reduce((a, b) => a + b, 0) / 20);
  if (smooth.length < 5) return null;
  const mean = smooth.reduce((a, b) => a + b, 0) / smooth.length;
  const sd = Math.sqrt(smooth.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (smooth.length - 1));
  return Math.abs(mean) > 1e-9 ? sd / Math.abs(mean) : null;
}
