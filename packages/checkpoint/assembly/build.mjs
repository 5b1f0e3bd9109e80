/** `npm run wasm -w @viva/checkpoint`: compiles the kernels that run on threads into src/kernels/NAME.wasm.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Sources here, and what their compiled code is called there. */
export const THREADED = { 'four-bit': 'FOUR_BIT_WASM', matmul: 'MATMUL_WASM' };

/** One of `THREADED` as WebAssembly. @returns {Promise<Uint8Array>} */
export async function compile(name = 'four-bit') {
  const files = new Map([[`${name}.ts`, readFileSync(`${folder}${name}.ts`, 'utf8')]]);
  let binary;
  const { error, stderr } = await asc.main(
    [
      `${name}.ts`,
      `--outFile=${name}.wasm`,
      '-O3',
      '--runtime=stub',
      '--noAssert',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory=1',
      '--maximumMemory=65536',
      '--enable=simd',
      '--enable=threads',
    ],
    {
      readFile: (name) => files.get(name.replace(/^.*\//, '')) ?? null,
      writeFile: (_, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, constant] of Object.entries(THREADED)) {
    const base64 = Buffer.from(await compile(name)).toString('base64');
    const lines = base64.match(/.{1,96}/g).map((line) => `  '${line}',`);
    writeFileSync(
      `${folder}../src/kernels/${name}.wasm.ts`,
      `/** Compiled from assembly/${name}.ts by \`npm run wasm -w @viva/checkpoint\`. A test compiles it again and compares. */\nexport const ${constant} = [\n${lines.join('\n')}\n].join('');\n`,
    );
    console.log(`${name}: ${base64.length} characters`);
  }
