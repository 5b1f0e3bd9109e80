/** `viva model inspect` of a GGUF file, and what GGUF's schemes would make of a model. */

import {
  assignTypes,
  contentOf,
  convertFolder,
  type GgufContent,
  GgufError,
  type GgufFile,
  type ModelFolder,
  modelShape,
  openGguf,
  readConvertibleFolder,
  SCHEMES,
  type SchemeName,
  tensorBytes,
} from '@viva/checkpoint';
import { size, table } from './format.ts';

export interface SchemeEstimate {
  readonly scheme: string;
  readonly bytes: number;
  readonly ratio: number;
  readonly bitsPerParameter: number;
}

const elements = (dimensions: readonly number[]) =>
  dimensions.reduce((product, length) => product * length, 1);

/** Bytes of all tensors under each of GGUF's schemes. @throws GgufError for a model that has no layers */
export function ggufEstimates(content: GgufContent, name: string): SchemeEstimate[] {
  const shape = modelShape(content.metadata, name);
  const parameters = content.tensors.reduce((sum, { dimensions }) => sum + elements(dimensions), 0);
  const bytesUnder = (types: ReadonlyMap<string, GgufContent['tensors'][number]['type']>) =>
    content.tensors.reduce(
      (sum, { name, type, dimensions }) => sum + (tensorBytes(types.get(name) ?? type, dimensions) ?? 0),
      0,
    );
  const before = bytesUnder(new Map());
  return (Object.keys(SCHEMES) as SchemeName[]).map((scheme) => {
    const bytes = bytesUnder(assignTypes(content.tensors, scheme, shape));
    return { scheme, bytes, ratio: bytes / before, bitsPerParameter: (bytes * 8) / parameters };
  });
}

/** The same for a folder; a reason where it cannot be made a GGUF file. */
export async function folderEstimates(
  path: string,
  { tensors }: ModelFolder,
): Promise<SchemeEstimate[] | string> {
  try {
    return ggufEstimates(convertFolder(await readConvertibleFolder(path, tensors)), path);
  } catch (error) {
    if (error instanceof GgufError) return error.message;
    throw error;
  }
}

export async function inspectGguf(
  path: string,
  { all = false, json = false }: { all?: boolean; json?: boolean },
): Promise<void> {
  const file = await openGguf(path);
  try {
    const content = contentOf(file);
    const parameters = file.tensors.reduce((sum, { dimensions }) => sum + elements(dimensions), 0);
    const bytes = file.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
    const schemes = ggufEstimates(content, path);
    if (json) {
      const tensors = file.tensors.map((tensor) => ({
        ...{ name: tensor.name, type: tensor.type, shape: [...tensor.dimensions].reverse() },
        bytes: tensor.bytes,
      }));
      const { version } = file;
      const metadata = summarized(file);
      console.log(JSON.stringify({ path, version, parameters, bytes, metadata, schemes, tensors }, null, 2));
      return;
    }
    print(file, { all, parameters, bytes, schemes });
  } finally {
    await file.close();
  }
}

/** Lists are told by their length: a vocabulary has tens of thousands of words. */
function summarized(file: GgufFile): Record<string, unknown> {
  return Object.fromEntries(
    [...file.metadata].map(([key, { type, value }]) => [
      key,
      type === 'array' ? `${value.length} values` : typeof value === 'bigint' ? Number(value) : value,
    ]),
  );
}

function print(
  file: GgufFile,
  {
    all,
    parameters,
    bytes,
    schemes,
  }: { all: boolean; parameters: number; bytes: number; schemes: readonly SchemeEstimate[] },
): void {
  const formats = new Map<string, number>();
  for (const { type, bytes } of file.tensors) formats.set(type, (formats.get(type) ?? 0) + bytes);
  console.log(
    `GGUF version ${file.version}: ${file.tensors.length} tensors, ${parameters.toLocaleString('en-US')} parameters, ${size(bytes)} (${[...formats].map(([type, total]) => `${type} ${size(total)}`).join(', ')}), ${((8 * bytes) / parameters).toFixed(2)} bits a parameter`,
  );
  for (const key of ['general.architecture', 'general.name', 'tokenizer.ggml.model', 'tokenizer.ggml.pre']) {
    const entry = file.metadata.get(key);
    if (entry?.type === 'string') console.log(`${key} ${entry.value}`);
  }
  const shown = all ? file.tensors : [...file.tensors].sort((a, b) => b.bytes - a.bytes).slice(0, 15);
  console.log(
    `\n${all ? 'Tensors' : `The ${shown.length} largest tensors (--all lists all ${file.tensors.length})`}:`,
  );
  console.log(
    table(
      shown.map(({ name, type, dimensions, bytes }) => [
        name,
        type,
        [...dimensions].reverse().join('×') || 'scalar',
        size(bytes),
      ]),
    ),
  );
  const quantized = file.tensors.some(({ type }) => type !== 'F32' && type !== 'F16' && type !== 'BF16');
  console.log(
    `\nQuantised with viva model quantize${quantized ? ' --requantize (it is quantised already, and loses more each time)' : ''}, it would take:`,
  );
  console.log(estimateTable(schemes));
}

export const estimateTable = (schemes: readonly SchemeEstimate[]): string =>
  table(
    schemes.map(({ scheme, bytes, ratio, bitsPerParameter }) => [
      `--scheme ${scheme}`,
      size(bytes),
      `${(ratio * 100).toFixed(1)} %`,
      `${bitsPerParameter.toFixed(2)} bits a parameter`,
    ]),
  );
