/** Parameters of the lab. */
import { z } from 'zod';
import type { Setting } from './quantised-net.ts';

const onOff = z.enum(['no', 'yes']);

export const QuantizationParams = z.object({
  task: z.enum(['digits', 'letters', 'spirals']).default('digits'),
  hidden: z.union([z.literal(32), z.literal(64), z.literal(128)]).default(64),
  layers: z.int().min(1).max(4).default(2),
  steps: z.int().min(10).max(20_000).default(400),
  rate: z.number().min(1e-4).max(0.02).default(0.003),
  scheme: z.enum(['symmetric', 'asymmetric', 'nf4', 'fp4']).default('symmetric'),
  bits: z.int().min(2).max(8).default(4),
  granularity: z.enum(['tensor', 'channel', 'group']).default('channel'),
  group: z.union([z.literal(16), z.literal(32), z.literal(64)]).default(32),
  block: z.union([z.literal(64), z.literal(128), z.literal(256), z.literal(512)]).default(64),
  doubleQuant: onOff.default('no'),
  calibration: z.enum(['min-max', 'percentile', 'mse', 'entropy']).default('min-max'),
  percentile: z.number().min(90).max(100).default(99.9),
  rounding: z.enum(['nearest', 'gptq', 'awq']).default('nearest'),
  quantise: z.enum(['weights', 'both']).default('weights'),
  activationBits: z.int().min(2).max(8).default(8),
  activationMode: z.enum(['symmetric', 'asymmetric']).default('asymmetric'),
  activationRange: z.enum(['static', 'dynamic']).default('static'),
  /** Test inputs are multiplied with 2^this. */
  shift: z.number().min(-3).max(3).default(0),
  outliers: z.int().min(0).max(8).default(0),
  /** Outlying channels are 2^this as large. */
  outlierShift: z.int().min(0).max(8).default(5),
  treatment: z.enum(['none', 'smoothquant', 'llm-int8']).default('none'),
  alpha: z.number().min(0).max(1).default(0.5),
  qatSteps: z.int().min(0).max(5000).default(300),
  qatBits: z.int().min(2).max(8).default(2),
  qatActivations: onOff.default('no'),
});
export type QuantizationParams = z.infer<typeof QuantizationParams>;

/** Those that training does not depend on: they may change while a run goes on. */
export const LIVE = [
  'scheme',
  'bits',
  'granularity',
  'group',
  'block',
  'doubleQuant',
  'calibration',
  'percentile',
  'rounding',
  'quantise',
  'activationBits',
  'activationMode',
  'activationRange',
  'shift',
  'outliers',
  'outlierShift',
  'treatment',
  'alpha',
] as const satisfies readonly (keyof QuantizationParams)[];

export type LiveParams = Pick<QuantizationParams, (typeof LIVE)[number]>;

/** Threshold of LLM.int8(), as in the paper. */
export const THRESHOLD = 6;

export function settingOf(params: LiveParams): Setting {
  const { calibration, percentile } = params;
  return {
    weights: { ...params, doubleQuant: params.doubleQuant === 'yes' },
    rounding: params.rounding,
    activations:
      params.quantise === 'both'
        ? {
            mode: params.activationMode,
            bits: params.activationBits,
            calibration,
            percentile,
            range: params.activationRange,
          }
        : null,
    treatment: params.treatment,
    alpha: params.alpha,
    threshold: THRESHOLD,
  };
}
