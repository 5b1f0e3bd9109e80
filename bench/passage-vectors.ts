/**
 * Vectors of passages in PGlite through pgvector: exact search beside the HNSW index, from 10,000 to 100,000 passages of
 * 384 dimensions. Vectors are those of the bank's passages by a real encoder, again and again, each with noise of its own,
 * so that they lie in clusters as texts do; queries are the labelled ones of the bank, without noise. Both searches are
 * asked as the assistant asks: the nearest 200, and 200 passages that words have found.
 *
 *   npm run bench -- passage-vectors FOLDER [SIZES]    FOLDER: an encoder such as all-MiniLM-L6-v2
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bankPassages, loadQuerySet, type Passage, scriptedModel } from '@viva/assistant';
import { loadBank } from '@viva/bank';
import { openEncoders } from '../packages/cli/src/commands/assistant/open-encoders.ts';
import { openPassageVectors, type PassageVectors } from '../packages/server/src/assistant/passage-vectors.ts';
import { migrate } from '../packages/server/src/store/migrate.ts';
import { openPglite } from '../packages/server/src/store/pglite.ts';
import { random } from './random.ts';

const [encoder, sizesText = '10000,30000,100000'] = process.argv.slice(2);
if (!encoder) {
  console.error(
    'npm run bench -- passage-vectors FOLDER [SIZES], FOLDER being an encoder such as all-MiniLM-L6-v2',
  );
  process.exit(2);
}
const SIZES = sizesText.split(',').map(Number);
/** As the retriever asks. */
const DEPTH = 200;
/** hnsw.ef_search. */
const CANDIDATES = [200, 400, 800];
/** Length of the noise against a vector's own: cosines within a cluster are then about 0.86. */
const NOISE = 0.6;

function withNoise(vector: Float32Array, next: () => number): Float32Array {
  const noise = vector.map(
    () => (Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())) / Math.sqrt(vector.length),
  );
  const out = vector.map((value, at) => value + NOISE * (noise[at] as number));
  const norm = Math.hypot(...out);
  return out.map((value) => value / norm);
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;

const folder = fileURLToPath(new URL('../bank', import.meta.url));
const bank = await loadBank(folder);
// Every fourth is enough to make clusters of, and encoding is no subject here.
const passages = bankPassages(bank).filter((_, at) => at % 4 === 0);
const embed = await openEncoders().encoder(encoder);
const began = performance.now();
const { vectors: real } = await embed(passages.map(({ title, text }) => `${title}\n${text}`));
const perText = (performance.now() - began) / passages.length;
const queries = (await embed((await loadQuerySet(folder, bank.questions)).map(({ text }) => text))).vectors;
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
);
console.log(
  `${real.length} passages of the bank, ${real[0]?.length} dimensions, ${perText.toFixed(0)} ms a text; ${queries.length} queries\n`,
);

interface Asked {
  found: string[][];
  p50: number;
  p95: number;
}

async function ask(store: PassageVectors, ids: readonly string[]): Promise<Asked> {
  const found: string[][] = [];
  const times: number[] = [];
  const next = random(7);
  for (const [at, vector] of [...queries.slice(0, 5), ...queries].entries()) {
    const also = Array.from({ length: DEPTH }, () => ids[Math.floor(next() * ids.length)] as string);
    const start = performance.now();
    const near = await store.nearest('scripted', vector, DEPTH, also);
    // The first five warm up: the database reads its pages.
    if (at < 5) continue;
    times.push(performance.now() - start);
    found.push(near.slice(0, DEPTH).map(({ passage }) => passage));
  }
  times.sort((a, b) => a - b);
  return { found, p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
}

/** The share of the exact nearest that the index has found. */
const recall = (exact: Asked, indexed: Asked, depth: number): number =>
  exact.found.reduce((sum, want, at) => {
    const have = new Set(indexed.found[at]?.slice(0, depth));
    return sum + want.slice(0, depth).filter((id) => have.has(id)).length / depth;
  }, 0) / exact.found.length;

console.log(
  '| passages | stored s | exact p50 ms | exact p95 ms | index built s | candidates | HNSW p50 ms | HNSW p95 ms | recall@10 | recall@200 |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const size of SIZES) {
  const place = await mkdtemp(join(tmpdir(), 'viva-vectors-'));
  // Storing is no subject here: without waiting for the disk.
  const driver = await openPglite({ folder: place, durable: false });
  try {
    await migrate(driver);
    const next = random(1);
    const many = Array.from({ length: size }, (_, at): Passage => {
      const model = passages[at % passages.length] as Passage;
      return { ...model, id: `p${at}`, question: `q${at}`, title: '', text: String(at) };
    });
    const model = scriptedModel('', {
      embed: (text) => [...withNoise(real[Number(text.trim()) % real.length] as Float32Array, next)],
    });
    const ids = many.map(({ id }) => id);
    const plain = await openPassageVectors(driver, { indexFrom: Number.POSITIVE_INFINITY });
    let start = performance.now();
    await plain.update(model, many);
    const stored = performance.now() - start;
    const exact = await ask(plain, ids);
    const withIndex = await openPassageVectors(driver, { indexFrom: 1 });
    // One passage changes, as when a question is published: that makes the index.
    start = performance.now();
    await withIndex.update(model, [...many.slice(0, -1), { ...(many.at(-1) as Passage), title: ' ' }]);
    const built = performance.now() - start;
    for (const candidates of CANDIDATES) {
      const indexed = await ask(await openPassageVectors(driver, { candidates }), ids);
      const figures = [
        size.toLocaleString('en'),
        (stored / 1000).toFixed(0),
        exact.p50.toFixed(1),
        exact.p95.toFixed(1),
        (built / 1000).toFixed(0),
        String(candidates),
        indexed.p50.toFixed(1),
        indexed.p95.toFixed(1),
        recall(exact, indexed, 10).toFixed(3),
        recall(exact, indexed, DEPTH).toFixed(3),
      ];
      console.log(`| ${figures.join(' | ')} |`);
    }
  } finally {
    await driver.close();
    await rm(place, { recursive: true, force: true });
  }
}
