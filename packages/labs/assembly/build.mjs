/** `npm run wasm -w @viva/labs`: compiles the kernels into src/transformer/transformer.wasm.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** The kernels as WebAssembly. @returns {Promise<Uint8Array>} */
export async function compile() {
  const files = new Map([['transformer.ts', readFileSync(`${folder}transformer.ts`, 'utf8')]]);
  let binary;
  const { error, stderr } = await asc.main(
    [
      'transformer.ts',
      '--outFile=transformer.wasm',
      '-O3',
      '--runtime=stub',
      '--noAssert',
      '--importMemory',
      '--initialMemory=1',
      '--enable=simd',
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const base64 = Buffer.from(await compile()).toString('base64');
  const lines = base64.match(/.{1,96}/g).map((line) => `  '${line}',`);
  writeFileSync(
    `${folder}../src/transformer/transformer.wasm.ts`,
    `/** Compiled from assembly/transformer.ts by \`npm run wasm -w @viva/labs\`. A test compiles it again and compares. */\nexport const TRANSFORMER_WASM = [\n${lines.join('\n')}\n].join('');\n`,
  );
  console.log(`${base64.length} characters`);
}
