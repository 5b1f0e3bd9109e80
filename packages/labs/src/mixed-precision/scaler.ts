/** Loss scaling (Micikevicius et al. 2018, section 3.2): a factor that lifts slopes out of the underflow, fixed or sought. */

export interface ScalerOptions {
  kind: 'none' | 'static' | 'dynamic';
  /** The factor; of the dynamic scaler the first one. */
  staticScale: number;
  dynamicScale: number;
  /** Steps without overflow after which the dynamic scaler doubles; 2,000 in PyTorch. */
  growthInterval: number;
}

export interface Scaler {
  /** What the next loss is multiplied with. */
  readonly scale: number;
  /** What the last slopes were multiplied with. */
  readonly applied: number;
  readonly overflows: number;
  readonly skipped: number;
  /** @returns whether the step is to be taken */
  after(finite: boolean): boolean;
}

/**
 * None: every step is taken, whatever the slopes. Static and dynamic: a step with infinities or NaN is skipped; the
 * dynamic scale halves then, and doubles after a run of good steps, never below 1.
 */
export function createScaler(options: ScalerOptions): Scaler {
  const { kind, growthInterval } = options;
  let scale = kind === 'none' ? 1 : kind === 'static' ? options.staticScale : options.dynamicScale;
  let applied = scale;
  let [overflows, skipped, good] = [0, 0, 0];
  return {
    get scale() {
      return scale;
    },
    get applied() {
      return applied;
    },
    get overflows() {
      return overflows;
    },
    get skipped() {
      return skipped;
    },
    after(finite) {
      applied = scale;
      if (!finite) overflows++;
      if (kind === 'none') return true;
      if (!finite) {
        skipped++;
        good = 0;
        if (kind === 'dynamic') scale = Math.max(1, scale / 2);
        return false;
      }
      good++;
      if (kind === 'dynamic' && good >= growthInterval) {
        good = 0;
        scale *= 2;
      }
      return true;
    },
  };
}
