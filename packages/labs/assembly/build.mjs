/** `npm run wasm -w @viva/labs`: compiles each file of kernels into a module of the source. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));
const TARGETS = { net: 'src/kernels/net.wasm.ts', transformer: 'src/transformer/transformer.wasm.ts' };

/**
 * One file's kernels as WebAssembly.
 * @param {'net' | 'transformer'} name @returns {Promise<Uint8Array>}
 */
export async function compile(name = 'net') {
  const source = readFileSync(`${folder}${name}.ts`, 'utf8');
  let binary;
  const { error, stderr } = await asc.main(
    [
      `${name}.ts`,
      `--outFile=${name}.wasm`,
      '-O3',
      '--runtime=stub',
      '--noAssert',
      '--importMemory',
      '--initialMemory=1',
      '--maximumMemory=65536',
      '--enable=simd',
    ],
    {
      readFile: (file) => (file.replace(/^.*\//, '') === `${name}.ts` ? source : null),
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
  for (const [name, target] of Object.entries(TARGETS)) {
    const base64 = Buffer.from(await compile(name)).toString('base64');
    const lines = base64.match(/.{1,96}/g).map((line) => `  '${line}',`);
    writeFileSync(
      `${folder}../${target}`,
      `/** Compiled from assembly/${name}.ts by \`npm run wasm -w @viva/labs\`. A test compiles it again and compares. */\nexport const ${name.toUpperCase()}_WASM = [\n${lines.join('\n')}\n].join('');\n`,
    );
    console.log(`${name}: ${base64.length} characters`);
  }
