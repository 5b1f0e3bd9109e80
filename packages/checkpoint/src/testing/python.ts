/** Finds a Python that has the packages of the reference implementation. */

import { spawnSync } from 'node:child_process';

/** `VIVA_PYTHON`, else python3, if it can import torch, transformers and bitsandbytes. */
export function referencePython(): string | undefined {
  const python = process.env.VIVA_PYTHON ?? 'python3';
  const probe = spawnSync(python, [
    '-c',
    'import importlib.util as u, sys; sys.exit(any(u.find_spec(p) is None for p in ("torch", "transformers", "bitsandbytes", "accelerate")))',
  ]);
  return probe.status === 0 ? python : undefined;
}
