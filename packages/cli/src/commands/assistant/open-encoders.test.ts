import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type Encoders, openEncoders } from './open-encoders.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../../labs/src/encoder/fixtures/${name}`, import.meta.url));
let encoders: Encoders;
afterEach(() => encoders.close());

it('embeds and scores in its thread, several callers at once, each its own texts', async () => {
  encoders = openEncoders();
  const embed = await encoders.encoder(fixture('tiny-bert'));
  const rerank = await encoders.reranker(fixture('tiny-cross-encoder'));
  const [all, alone, scored] = await Promise.all([
    embed(['the model', '量化']),
    embed(['量化']),
    rerank('the model', ['a model .', 'z']),
  ]);
  expect(all.vectors).toHaveLength(2);
  expect(all.vectors[0]).toHaveLength(16);
  expect(Math.hypot(...(all.vectors[0] ?? []))).toBeCloseTo(1, 6);
  expect(alone.vectors[0]).toEqual(all.vectors[1]);
  // The first is the reference's figure for this pair.
  expect(scored.scores[0]).toBeCloseTo(1.0588247776, 5);
  expect(scored.scores).toHaveLength(2);
  expect(scored.usage.inputTokens).toBeGreaterThan(8);
});

it('leaves this thread free, and stops with the signal', async () => {
  encoders = openEncoders();
  const embed = await encoders.encoder(fixture('tiny-bert'));
  await embed(['warm']);
  const control = new AbortController();
  let finished = false;
  const many = embed(
    Array.from({ length: 5000 }, (_, at) => `the model ${at}`),
    { signal: control.signal },
  ).then(() => {
    finished = true;
  });
  // Turns of the event loop while 5000 texts are under way: were they computed here, none would come before the last.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(finished).toBe(false);
  control.abort(new Error('gone'));
  await expect(many).rejects.toThrow('gone');
  // What was given up does not stand in the way of the next.
  expect((await embed(['next'])).vectors).toHaveLength(1);
});

it('says what cannot be opened as an error that searching survives, and works again afterwards', async () => {
  encoders = openEncoders();
  const rerank = await encoders.reranker(fixture('tiny-bert'));
  await expect(rerank('the', ['model'])).rejects.toMatchObject({
    name: 'ModelError',
    code: 'encoder',
    message: expect.stringContaining('no head that scores pairs'),
  });
  const missing = await encoders.encoder(fixture('no-such-folder'));
  await expect(missing(['the'])).rejects.toMatchObject({ code: 'encoder' });
  const embed = await encoders.encoder(fixture('tiny-bert'));
  const waiting = expect(embed(Array.from({ length: 5000 }, () => 'the'))).rejects.toMatchObject({
    code: 'encoder',
    message: expect.stringContaining('ended'),
  });
  await encoders.close();
  await waiting;
});
