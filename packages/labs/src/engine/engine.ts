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
