/** `viva model inspect`. */

import {
  DTYPE_BYTES,
  decodeState,
  elementCount,
  isDtype,
  keptBecause,
  type ModelFolder,
  openModelFolder,
  plannedTensors,
  type WeightScheme,
} from '@viva/checkpoint';
import { size, table } from './format.ts';
import { estimateTable, folderEstimates, inspectGguf } from './inspect-gguf.ts';

interface InspectOptions {
  all?: boolean;
  json?: boolean;
}

const SCHEMES: readonly [string, WeightScheme][] = [
  ['int8', { kind: 'int8' }],
  ['nf4', { kind: 'nf4', blockSize: 64, doubleQuant: false }],
  ['nf4 --double-quant', { kind: 'nf4', blockSize: 64, doubleQuant: true }],
  ['nf4 --double-quant --block-size 256', { kind: 'nf4', blockSize: 256, doubleQuant: true }],
  ['w8a16', { kind: 'int', bits: 8, symmetric: true, granularity: { per: 'channel' } }],
  ['w4a16', { kind: 'int', bits: 4, symmetric: true, granularity: { per: 'group', size: 128 } }],
];

export async function modelInspect(path: string, { all, json }: InspectOptions): Promise<void> {
  if (path.endsWith('.gguf'))
    return inspectGguf(path, { ...(all ? { all } : {}), ...(json ? { json } : {}) });
  const model = await openModelFolder(path);
  try {
    const tensors = model.tensors.tensors.map((tensor) => ({ ...tensor, kept: keptBecause(tensor) }));
    const bytes = tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const parameters = await countParameters(model);
    const quantizable = !(model.config && 'quantization_config' in model.config);
    const schemes = SCHEMES.map(([name, scheme]) => {
      const after = tensors.reduce(
        (sum, { name, shape, dtype, byteLength, kept }) =>
          sum + (kept === undefined ? plannedBytes(name, shape, dtype, scheme) : byteLength),
        0,
      );
      return { scheme: name, bytes: after, ratio: after / bytes, bitsPerParameter: (after * 8) / parameters };
    });
    const gguf = quantizable && model.config ? await folderEstimates(path, model) : [];
    if (json) {
      const list = tensors.map(({ kept, ...tensor }) => ({ ...tensor, kept: kept ?? null }));
      const report = { path, files: model.tensors.files, config: model.config ?? null, parameters, bytes };
      console.log(
        JSON.stringify(
          {
            ...report,
            warnings: model.warnings,
            schemes: quantizable ? schemes : [],
            ggufSchemes: typeof gguf === 'string' ? [] : gguf,
            tensors: list,
          },
          null,
          2,
        ),
      );
      return;
    }
    const formats = new Map<string, number>();
    for (const { dtype, byteLength } of tensors) formats.set(dtype, (formats.get(dtype) ?? 0) + byteLength);
    console.log(
      `${tensors.length} tensors, ${parameters.toLocaleString('en-US')} parameters, ${size(bytes)} in ${model.tensors.files.length} file${model.tensors.files.length === 1 ? '' : 's'} (${[...formats].map(([dtype, total]) => `${dtype} ${size(total)}`).join(', ')})`,
    );
    if (typeof model.config?.model_type === 'string') console.log(`model type ${model.config.model_type}`);
    for (const warning of model.warnings) console.log(`warning: ${warning}`);
    const shown = all ? tensors : [...tensors].sort((a, b) => b.byteLength - a.byteLength).slice(0, 15);
    console.log(
      `\n${all ? 'Tensors' : `The ${shown.length} largest tensors (--all lists all ${tensors.length})`}:`,
    );
    console.log(
      table(
        shown.map(({ name, dtype, shape, byteLength, kept }) => [
          name,
          dtype,
          shape.join('×') || 'scalar',
          size(byteLength),
          quantizable ? (kept === undefined ? 'would be quantised' : `stays: ${kept}`) : '',
        ]),
      ),
    );
    if (!quantizable)
      return console.log('\nThis model is quantised already (quantization_config in config.json).');
    console.log('\nQuantised with viva model quantize, it would take:');
    console.log(estimateTable(schemes));
    if (typeof gguf === 'string') console.log(`\nNo GGUF file can be made of it: ${gguf}`);
    else if (gguf.length > 0) console.log(`\nAs a GGUF file:\n${estimateTable(gguf)}`);
  } finally {
    await model.close();
  }
}

const plannedBytes = (name: string, shape: readonly number[], dtype: string, scheme: WeightScheme): number =>
  plannedTensors(name, shape, scheme, isDtype(dtype) ? dtype : 'F32').reduce(
    (sum, { dtype, shape }) => sum + elementCount(shape) * DTYPE_BYTES[dtype],
    0,
  );

/** Weights, not bytes: a 4-bit weight has the shape that its quant_state tells, and its scales are no parameters. */
async function countParameters({ tensors }: ModelFolder): Promise<number> {
  let count = 0;
  const states = tensors.tensors.filter(({ name }) => name.includes('.quant_state.bitsandbytes__'));
  const packed = new Set(states.map(({ name }) => name.replace(/\.quant_state\..*$/, '')));
  for (const state of states)
    count += elementCount(decodeState(await tensors.read(state), state.file, state.name).shape);
  for (const { name, shape } of tensors.tensors) {
    const beside =
      /\.(absmax|quant_map|nested_absmax|nested_quant_map|quant_state\..*)$|(^|\.)(SCB|weight_format)$/.test(
        name,
      );
    if (!beside && !packed.has(name)) count += elementCount(shape);
  }
  return count;
}
