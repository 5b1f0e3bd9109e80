import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../engine/engine.ts';
import { createRandom } from '../../engine/random.ts';
import { cosine, maskedMean, normalised } from '../pooling.ts';
import { folderFiles, largestDifference, type Packed, realEncoder, unpack } from '../testing.ts';
import { readBertConfig } from './bert-config.ts';
import { type Encoder, encoderFiles, openEncoder } from './open-encoder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const open = async (folder: string) => openEncoder(await folderFiles(folder));
const json = async <T>(name: string): Promise<T> => JSON.parse(await readFile(fixture(name), 'utf8')) as T;

beforeAll(async () => {
  await startEngine();
});

interface Golden {
  input: Record<'input_ids' | 'token_type_ids' | 'attention_mask', number[][]>;
  hiddenStates: Packed[];
  attentions: Packed[];
  pooled: Packed | null;
  logits: Packed;
}

describe.each(['tiny-bert', 'tiny-bert-gelu-new', 'tiny-distilbert'])(
  '%s, against Python transformers',
  (name) => {
    let encoder: Encoder;
    let golden: Golden;
    beforeAll(async () => {
      encoder = await open(fixture(name));
      golden = await json<Golden>(`${name}.golden.json`);
    });
    afterAll(() => encoder.dispose());

    it('has the same states, attention, pooled output and logits within 1e-5', async () => {
      const { input_ids: ids, token_type_ids: typeIds, attention_mask: attentionMask } = golden.input;
      const out = await encoder.model.forward(
        { ids, typeIds, attentionMask },
        { attentions: true, hiddenStates: true },
      );
      expect(out.hiddenStates).toHaveLength(3);
      for (const [at, expected] of golden.hiddenStates.entries())
        expect(largestDifference(out.hiddenStates[at]!, unpack(expected)), `state ${at}`).toBeLessThan(1e-5);
      for (const [at, expected] of golden.attentions.entries())
        expect(largestDifference(out.attentions[at]!, unpack(expected)), `attention ${at}`).toBeLessThan(
          1e-5,
        );
      if (golden.pooled) expect(largestDifference(out.pooled!, unpack(golden.pooled))).toBeLessThan(1e-5);
      else expect(out.pooled).toBeNull();
      const logits = encoder.model.maskedLogits(out.lastHiddenState);
      expect(
        largestDifference(
          logits.flatMap((row) => [...row]),
          unpack(golden.logits),
        ),
      ).toBeLessThan(3e-5);
    });

    it('gives a text alone what it gives it in a padded batch', async () => {
      const { input_ids: ids, attention_mask: attentionMask } = golden.input;
      const batch = await encoder.model.forward({ ids, attentionMask });
      const short = ids[1]!.slice(0, 5);
      const alone = await encoder.model.forward({ ids: [short] });
      const { length, hidden } = batch;
      const same = batch.lastHiddenState.slice(length * hidden, (length + 5) * hidden);
      expect(largestDifference(alone.lastHiddenState, same)).toBeLessThan(1e-5);
    });

    it('refuses what it cannot read', async () => {
      const { model } = encoder;
      await expect(model.forward({ ids: [[]] })).rejects.toThrow(/no token/);
      await expect(model.forward({ ids: [[2, 3], [2]] })).rejects.toThrow(/pad the batch/);
      await expect(model.forward({ ids: [[2, 9999]] })).rejects.toThrow(/Token 9999/);
      await expect(model.forward({ ids: [new Array(13).fill(5)] })).rejects.toThrow(/12 positions/);
      if (name !== 'tiny-distilbert')
        await expect(model.forward({ ids: [[2]], typeIds: [[7]] })).rejects.toThrow(/type 7/);
    });
  },
);

describe('attention, on any text', () => {
  let encoder: Encoder;
  beforeAll(async () => {
    encoder = await open(fixture('tiny-bert'));
  });
  afterAll(() => encoder.dispose());
  const ids = fc.array(fc.integer({ min: 5, max: 62 }), { minLength: 2, maxLength: 10 });

  it('gives every token a distribution over what is read, and nothing to padding', async () => {
    await fc.assert(
      fc.asyncProperty(ids, fc.integer({ min: 0, max: 2 }), async (row, padding) => {
        const mask = [...row.map(() => 1), ...new Array<number>(padding).fill(0)];
        const { attentions, length } = await encoder.model.forward(
          { ids: [[...row, ...new Array<number>(padding).fill(0)]], attentionMask: [mask] },
          { attentions: true },
        );
        for (const layer of attentions)
          for (let at = 0; at < layer.length; at += length) {
            const weights = layer.slice(at, at + length);
            expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
            expect([...weights.slice(row.length)]).toEqual(new Array(padding).fill(0));
          }
      }),
      { numRuns: 25 },
    );
  });

  it('does not see order without positions, and sees it with them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 5, max: 62 }), { minLength: 3, maxLength: 9 }),
        async (row) => {
          const turned = [...row.slice(1), row[0]!];
          const rotate = (states: Float32Array, width: number) =>
            Float32Array.from([...states.slice(width), ...states.slice(0, width)]);
          for (const withoutPositions of [true, false]) {
            const a = await encoder.model.forward({ ids: [row] }, { withoutPositions });
            const b = await encoder.model.forward({ ids: [turned] }, { withoutPositions });
            const difference = largestDifference(rotate(a.lastHiddenState, a.hidden), b.lastHiddenState);
            if (withoutPositions) expect(difference).toBeLessThan(1e-5);
            else expect(difference).toBeGreaterThan(1e-2);
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

const real = realEncoder();
describe.skipIf(!real)('all-MiniLM-L6-v2, against Python transformers', () => {
  let encoder: Encoder;
  interface RealGolden {
    texts: [string, string | null][];
    input: Golden['input'];
    lastHiddenState: Packed;
    pooled: Packed;
    sentence: Packed;
    attentionRowOfFirstLayer: Packed;
    tokens: { text: string; ids: number[] }[];
  }
  let golden: RealGolden;
  beforeAll(async () => {
    encoder = await open(real ?? '');
    golden = await json<RealGolden>('minilm.golden.json');
  });
  afterAll(() => encoder.dispose());

  it('has the same last_hidden_state and pooled output within 1e-4', async () => {
    const encodings = encoder.tokenizer.pad(
      golden.texts.map(([text, pair]) => encoder.tokenizer.encode(text, pair === null ? {} : { pair })),
      { to: 20 },
    );
    expect(encodings.map(({ ids }) => ids)).toEqual(golden.input.input_ids);
    expect(encodings.map(({ typeIds }) => typeIds)).toEqual(golden.input.token_type_ids);
    const input = {
      ids: encodings.map(({ ids }) => ids),
      typeIds: encodings.map(({ typeIds }) => typeIds),
      attentionMask: encodings.map(({ attentionMask }) => attentionMask),
    };
    const out = await encoder.model.forward(input, { attentions: true });
    const { length, hidden } = out;
    const differences = {
      state: largestDifference(out.lastHiddenState, unpack(golden.lastHiddenState)),
      pooled: largestDifference(out.pooled!, unpack(golden.pooled)),
    };
    expect(differences.state).toBeLessThan(1e-4);
    expect(differences.pooled).toBeLessThan(1e-4);
    const sentences = input.attentionMask.map((mask, row) =>
      normalised(
        maskedMean(
          out.lastHiddenState.subarray(row * length * hidden, (row + 1) * length * hidden),
          mask,
          hidden,
        ),
      ),
    );
    expect(
      largestDifference(
        sentences.flatMap((one) => [...one]),
        unpack(golden.sentence),
      ),
    ).toBeLessThan(1e-5);
  }, 60_000);

  it('cuts 140 strings alike with its own vocabulary of 30,522', () => {
    for (const { text, ids } of golden.tokens) expect(encoder.tokenizer.encode(text).ids, text).toEqual(ids);
  });
});

describe('opening', () => {
  const config = (change: object) =>
    JSON.stringify({
      model_type: 'bert',
      vocab_size: 9,
      hidden_size: 8,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      intermediate_size: 4,
      ...change,
    });
  it.each([
    [{ model_type: 'roberta' }, /"roberta": its positions/],
    [{ model_type: 'gpt2' }, /"gpt2": this lab computes bert and distilbert/],
    [{ position_embedding_type: 'relative_key' }, /position_embedding_type is "relative_key"/],
    [{ is_decoder: true }, /is_decoder/],
    [{ hidden_act: 'mish' }, /hidden_act is "mish"; known are gelu/],
    [{ hidden_size: 9 }, /no multiple/],
    [{ num_hidden_layers: 0 }, /num_hidden_layers in config.json is 0/],
    [{ vocab_size: undefined }, /vocab_size in config.json is missing/],
    [{ layer_norm_eps: 2 }, /layer_norm_eps/],
    [{ embedding_size: 4 }, /embedding_size/],
    [{ quantization_config: {} }, /quantised/],
  ])('refuses %j by name', (change, message) => {
    expect(() => readBertConfig(config(change))).toThrow(message);
  });

  it('refuses weights of another shape, without a tensor, and folders that lack a file', async () => {
    const files = await folderFiles(fixture('tiny-bert'));
    const other = (change: object) => ({
      ...files,
      config: JSON.stringify({ ...(JSON.parse(files.config) as object), ...change }),
    });
    await expect(openEncoder(other({ intermediate_size: 25 }))).rejects.toThrow(
      /intermediate.dense.weight has the shape \[24, 16\], but config.json asks for \[25, 16\]/,
    );
    await expect(openEncoder(other({ num_hidden_layers: 3 }))).rejects.toThrow(/lack encoder.layer.2/);
    await expect(encoderFiles([new File(['{}'], 'config.json')])).rejects.toThrow(
      /missing: model.safetensors, tokenizer.json or vocab.txt/,
    );
  });
});

describe('pooling', () => {
  it('leaves padding out, and has a cosine of one with itself', () => {
    const states = createRandom(3).normals(5 * 4);
    const mean = maskedMean(states, [1, 1, 1, 0, 0], 4);
    expect(largestDifference(mean, maskedMean(states.slice(0, 12), [1, 1, 1], 4))).toBe(0);
    expect(cosine(mean, mean)).toBeCloseTo(1, 12);
    expect(cosine(mean, new Float32Array(4))).toBe(0);
    expect(Math.hypot(...normalised(mean))).toBeCloseTo(1, 6);
  });
});
