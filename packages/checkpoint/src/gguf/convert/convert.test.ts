/** Conversion against llama.cpp's own script, on tiny random models (reference/gguf/tiny-models.py). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GgufError } from '../format/errors.ts';
import type { GgufValue } from '../format/types.ts';
import { architectureOf, ggufName, permuteRows } from './architecture.ts';
import { preTokenizerName } from './byte-level.ts';
import { convertFolder } from './convert.ts';
import { objectAt } from './json.ts';
import { parseSentencePiece } from './sentencepiece.ts';
import { readTestFolder } from './testing-folder.ts';

interface Golden {
  metadata: Record<string, [types: string[], value: unknown]>;
  tensors: Record<string, [type: string, dimensions: number[], sha256: string]>;
}

const NAMES = ['llama', 'mistral', 'qwen2', 'qwen3', 'bert'];
const at = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const golden = (name: string) => JSON.parse(readFileSync(at(`${name}.golden.json`), 'utf8')) as Golden;

/** A value as the golden file has it: types by name, numbers as JSON, singles widened. */
function plain(value: GgufValue): [string[], unknown] {
  if (value.type !== 'array') return [[value.type.toUpperCase()], value.value];
  return [['ARRAY', value.of.toUpperCase()], Array.from<unknown>(value.value)];
}

/** Keys where we say more, or better, than the script; each with the reason. */
const DIFFERENT: Record<string, string> = {
  'general.name': 'the script makes a title of the name of the folder',
  'general.size_label': 'the script leaves position embeddings and the like out of its count',
  'tokenizer.ggml.add_bos_token': 'written where the script leaves the default to llama.cpp',
  'tokenizer.ggml.add_eos_token': 'written where the script leaves the default to llama.cpp',
  'tokenizer.ggml.add_sep_token': 'for pairs of texts, which generation and embedding do not have',
};

describe.each(NAMES)('%s', (name) => {
  const content = convertFolder(readTestFolder(at(name)));
  const expected = golden(name);

  it('has the tensors of the script, byte for byte', async () => {
    const ours: Golden['tensors'] = {};
    for (const tensor of content.tensors) {
      const hash = createHash('sha256');
      for await (const chunk of tensor.data()) hash.update(chunk);
      ours[tensor.name] = [tensor.type, [...tensor.dimensions], hash.digest('hex')];
    }
    expect(ours).toEqual(expected.tensors);
  });

  it('has the metadata of the script', () => {
    // With equal scores for all tokens, as the script gives them, llama.cpp would merge in another order.
    const own = name === 'mistral' ? ['tokenizer.ggml.scores', 'tokenizer.ggml.token_type'] : [];
    const skipped = (key: string) => key in DIFFERENT || own.includes(key);
    const ours = [...content.metadata]
      .filter(([key]) => !skipped(key))
      .map(([key, value]) => [key, plain(value)]);
    const theirs = Object.entries(expected.metadata)
      .filter(([key]) => !skipped(key))
      .map(([key, [types, value]]) => [key, [types, value]]);
    const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Math.fround(value) : value);
    const sorted = (entries: unknown[][]) =>
      JSON.parse(JSON.stringify(Object.fromEntries(entries.sort()), rounded)) as unknown;
    expect(sorted(ours)).toEqual(sorted(theirs));
  });
});

describe('a SentencePiece tokenizer', () => {
  const { metadata } = convertFolder(readTestFolder(at('mistral')));
  const texts = metadata.get('tokenizer.ggml.tokens')?.value as string[];
  const scores = metadata.get('tokenizer.ggml.scores')?.value as Float32Array;

  it('has scores in the order of its merges', () => {
    const merges = JSON.parse(readFileSync(at('mistral/tokenizer.json'), 'utf8')).model.merges as [
      string,
      string,
    ][];
    const ranks = merges.map(([a, b]) => scores[texts.indexOf(a + b)] ?? Number.NaN);
    for (let i = 1; i < 100; i += 1) expect(ranks[i]).toBeLessThan(ranks[i - 1] ?? Number.NaN);
  });

  it('is read from a tokenizer.model', () => {
    const piece = (text: string, score: number, kind?: number) => {
      const inner = [
        10,
        text.length,
        ...Buffer.from(text),
        21,
        ...new Uint8Array(Float32Array.of(score).buffer),
      ];
      if (kind !== undefined) inner.push(24, kind);
      return [10, inner.length, ...inner];
    };
    const bytes = Uint8Array.from([
      ...piece('<unk>', 0, 2),
      ...piece('<0x0A>', 0, 6),
      ...piece('ab', -1.5),
      18,
      1,
      0,
    ]);
    expect(parseSentencePiece(bytes, 'tokenizer.model')).toEqual([
      { text: '<unk>', score: 0, kind: 2 },
      { text: '<0x0A>', score: 0, kind: 6 },
      { text: 'ab', score: -1.5, kind: 1 },
    ]);
    expect(() => parseSentencePiece(bytes.subarray(0, 9), 'tokenizer.model')).toThrow(
      /tokenizer\.model: the SentencePiece model is damaged at byte/,
    );
  });
});

describe('what cannot be converted is named', () => {
  const folder = readTestFolder(at('qwen3'));
  it('an architecture', () => {
    expect(() => architectureOf('m/config.json', { architectures: ['MambaForCausalLM'] })).toThrow(
      /^m\/config\.json: the architecture MambaForCausalLM cannot be converted; these can: LlamaForCausalLM/,
    );
  });
  it('a tensor', () => {
    expect(() => ggufName('llama', 'model.layers.0.self_attn.rotary.weight', 'm')).toThrow(
      /tensor model\.layers\.0\.self_attn\.rotary\.weight is not known in the architecture llama/,
    );
  });
  it('a pre-tokenizer', () => {
    const tokenizer = { pre_tokenizer: { type: 'Split', pattern: { Regex: '\\w+' } } };
    expect(() => preTokenizerName('m/tokenizer.json', tokenizer)).toThrow(
      /m\/tokenizer\.json: the pre-tokenizer is not one .*: split \\w\+\. Known: gpt-2/,
    );
  });
  it('a missing tokenizer', () => {
    expect(() => convertFolder({ ...folder, tokenizer: undefined })).toThrow(/neither a tokenizer\.json nor/);
  });
  it('a missing hyperparameter', () => {
    const { hidden_size: _, ...config } = folder.config;
    expect(() => convertFolder({ ...folder, config })).toThrow(
      /qwen3\/config\.json: "hidden_size" is missing/,
    );
  });
  it('more tokens than rows', () => {
    expect(() => convertFolder({ ...folder, config: { ...folder.config, vocab_size: 10 } })).toThrow(
      /the tokenizer has ids up to \d+, the model only 10 rows/,
    );
  });
  it('two tokens of one id', () => {
    const model = { ...objectAt(folder.tokenizer, 'model'), vocab: { a: 0, b: 0 } };
    expect(() => convertFolder({ ...folder, tokenizer: { ...folder.tokenizer, model } })).toThrow(
      /the tokens "a" and "b" have the same id, 0/,
    );
  });
  it('heads that do not share the rows', async () => {
    const llama = readTestFolder(at('llama'));
    const content = convertFolder({ ...llama, config: { ...llama.config, num_attention_heads: 7 } });
    const tensor = content.tensors.find(({ name }) => name === 'blk.0.attn_q.weight');
    const read = async () => {
      for await (const _ of tensor?.data() ?? []);
    };
    await expect(read()).rejects.toThrow(GgufError);
  });
});

it('rows are permuted within their heads', () => {
  const rows = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7);
  expect([...permuteRows(rows, 8, 2)]).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  expect([...permuteRows(rows, 8, 1)]).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
});
