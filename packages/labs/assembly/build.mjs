/** `npm run wasm -w @viva/labs`: compiles each file of kernels into a module of the sources, as base64. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** By name of the source here: where it goes, what it is called there, and its own options. */
const MODULES = {
  net: { to: 'kernels/net.wasm.ts', constant: 'NET_WASM', options: ['--maximumMemory=65536'] },
  transformer: { to: 'transformer/transformer.wasm.ts', constant: 'TRANSFORMER_WASM', options: [] },
};

/**
 * The kernels as WebAssembly.
 * @param {keyof typeof MODULES} name
 * @returns {Promise<Uint8Array>}
 */
export async function compile(name) {
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
      ...MODULES[name].options,
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
  for (const [name, { to, constant }] of Object.entries(MODULES)) {
    const base64 = Buffer.from(await compile(name)).toString('base64');
    const lines = base64.match(/.{1,96}/g).map((line) => `  '${line}',`);
    writeFileSync(
      `${folder}../src/${to}`,
      `/** Compiled from assembly/${name}.ts by \`npm run wasm -w @viva/labs\`. A test compiles it again and compares. */\nexport const ${constant} = [\n${lines.join('\n')}\n].join('');\n`,
    );
    console.log(`${name}: ${base64.length} characters`);
  }
