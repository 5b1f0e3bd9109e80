/**
 * Compiles kernels/ (AssemblyScript) to WebAssembly and writes it, as base64, to src/gguf/quantise/kernels.wasm.ts:
 * node packages/checkpoint/scripts/build-kernels.mjs [--check]
 * With --check nothing is written; the exit status says whether the file in the repository is what would be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'src/gguf/quantise/kernels.wasm.ts');

export async function compileKernels() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['--baseDir', join(root, 'kernels'), '--outFile', 'kernels.wasm'],
      ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
    ],
    {
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') binary = contents;
      },
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return `/** Compiled from kernels/ by scripts/build-kernels.mjs; do not edit. */
export const KERNELS_BASE64 =
  '${Buffer.from(binary).toString('base64')}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await compileKernels();
  if (process.argv.includes('--check')) {
    const same = readFileSync(target, 'utf8') === text;
    console.log(
      same ? 'kernels.wasm.ts is up to date.' : 'kernels.wasm.ts is not what kernels/ compiles to.',
    );
    process.exitCode = same ? 0 : 1;
  } else {
    writeFileSync(target, text);
    console.log(`wrote ${target}`);
  }
}
