/** Latencies by route. */

export interface RouteFigures {
  route: string;
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  errors: number;
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

export class Latencies {
  readonly #times = new Map<string, number[]>();
  readonly #errors = new Map<string, number>();
  readonly complaints = new Map<string, number>();

  /** Times one request; a refusal or failure is counted and gives undefined. */
  async time<T>(route: string, work: () => Promise<T>): Promise<T | undefined> {
    const began = performance.now();
    try {
      return await work();
    } catch (error) {
      this.#errors.set(route, (this.#errors.get(route) ?? 0) + 1);
      const complaint = `${route}: ${error instanceof Error ? error.message : String(error)}`;
      this.complaints.set(complaint, (this.complaints.get(complaint) ?? 0) + 1);
      return undefined;
    } finally {
      const times = this.#times.get(route) ?? [];
      this.#times.set(route, times);
      times.push(performance.now() - began);
    }
  }

  figures(): RouteFigures[] {
    return [...this.#times]
      .map(([route, times]) => {
        const sorted = [...times].sort((a, b) => a - b);
        return {
          route,
          count: sorted.length,
          p50: percentile(sorted, 0.5),
          p95: percentile(sorted, 0.95),
          p99: percentile(sorted, 0.99),
          max: sorted.at(-1) ?? Number.NaN,
          errors: this.#errors.get(route) ?? 0,
        };
      })
      .sort((a, b) => (a.route < b.route ? -1 : 1));
  }
}
