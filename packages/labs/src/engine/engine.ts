/** The numerical engine: @jax-js/jax on WebGPU where there is one, else on WebAssembly. */
import { type Device, defaultDevice, init } from '@jax-js/jax';

export type EngineName = 'webgpu' | 'wasm';

let inUse: EngineName = 'wasm';

/** What was started last; WebAssembly before that. */
export const engineInUse = (): EngineName => inUse;

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code = 'no-engine';
}

/** What the choice depends on of a browser's navigator. */
export interface GpuHolder {
  gpu?: unknown;
}

/**
 * The engine to start for what was asked. `auto` takes WebGPU for convolutions only: a step of a small fully connected
 * network is over on the processor before a graphics card has been asked (bench `labs`).
 * @param holder the browser's navigator; undefined in Node
 */
export function chooseEngine(
  asked: EngineName | 'auto',
  work: 'dense' | 'convolutional',
  holder: GpuHolder | undefined = typeof navigator === 'undefined' ? undefined : navigator,
): EngineName {
  if (!holder?.gpu || asked === 'wasm') return 'wasm';
  return asked === 'webgpu' || work === 'convolutional' ? 'webgpu' : 'wasm';
}

/**
 * Starts the engine once; later calls may choose another device.
 * @param prefer `auto` takes WebGPU where the browser has it. Node has WebAssembly only.
 * @throws EngineError where neither starts
 */
export async function startEngine(prefer: EngineName | 'auto' = 'auto'): Promise<EngineName> {
  // Without a navigator that knows of GPUs, asking for one would throw.
  const gpu = typeof navigator !== 'undefined' && 'gpu' in navigator && prefer !== 'wasm';
  const wanted: Device[] = gpu ? ['webgpu', 'wasm'] : ['wasm'];
  const started = await init(...wanted).catch(() => init('wasm'));
  const name = wanted.find((device) => started.includes(device));
  if (name !== 'webgpu' && name !== 'wasm')
    throw new EngineError('Neither WebGPU nor WebAssembly could be started here.');
  defaultDevice(name);
  inUse = name;
  return name;
}
