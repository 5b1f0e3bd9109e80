/** Finds a Python that has the packages of the reference implementation. */

import { spawnSync } from 'node:child_process';

/** `VIVA_PYTHON`, else python3, if it can import the packages: by default torch, transformers, bitsandbytes and accelerate. */
export function referencePython(
  packages: readonly string[] = ['torch', 'transformers', 'bitsandbytes', 'accelerate'],
): string | undefined {
  const python = process.env.VIVA_PYTHON ?? 'python3';
  const probe = spawnSync(python, [
    '-c',
    'import importlib.util as u, sys; sys.exit(any(u.find_spec(p) is None for p in sys.argv[1:]))',
    ...packages,
  ]);
  return probe.status === 0 ? python : undefined;
}
