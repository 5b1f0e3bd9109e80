/** `viva model compare`: two models on one text, side by side. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { byteSize, Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { say } from './gguf-words.ts';
import { loadLibrary, type RuntimeOptions } from './llama-runtime.ts';
import { compareDistributions, type Divergence } from './next-token.ts';
import { type GgufFacts, ggufFacts, withModels } from './open-model.ts';
import { readNumber, readThreads, withInterrupt } from './options.ts';
import { type PerplexityReport, textTokens } from './perplexity.ts';
import { readText } from './read-text.ts';

export interface CompareOptions extends RuntimeOptions {
  text: string;
  context: string;
  maxTokens: string;
  klTokens: string;
  threads?: string;
  json?: boolean;
}

interface Measured extends GgufFacts, PerplexityReport {
  /** Tokens generated a second. */
  readonly generatedPerSecond: number | null;
}

/** Runs one of our own commands in a process of its own, so that its memory and its faults are its own. */
function runSelf(args: readonly string[], signal: AbortSignal): Promise<string> {
  const script = process.argv[1];
  if (!script) throw new CommandFailure('the path of the viva command is not known');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString('utf8');
    });
    const stop = () => child.kill();
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('exit', (status, killed) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (status === 0) resolve(out);
      else
        reject(
          new CommandFailure(
            errors.trim().replace(/^viva: /, '') ||
              `viva ${args.slice(0, 2).join(' ')} ended by ${killed ?? `status ${status}`}`,
          ),
        );
    });
  });
}

async function measure(
  path: string,
  textFile: string,
  text: string,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<Measured> {
  const facts = await ggufFacts(path);
  const common = [
    ...(options.threads === undefined ? [] : ['--threads', options.threads]),
    ...(options.gpu ? ['--gpu'] : []),
    '--json',
  ];
  const scored = await runSelf(
    [
      'model',
      'perplexity',
      path,
      textFile,
      '--context',
      options.context,
      '--max-tokens',
      options.maxTokens,
      ...common,
    ],
    signal,
  );
  const generated = await runSelf(
    [
      'model',
      'generate',
      path,
      '--prompt',
      text.slice(0, 200),
      '--temperature',
      '0',
      '--max-tokens',
      '48',
      '--context',
      '512',
      ...common,
    ],
    signal,
  );
  const { tokensPerSecond } = JSON.parse(generated) as { tokensPerSecond: number | null };
  return { ...facts, ...(JSON.parse(scored) as PerplexityReport), generatedPerSecond: tokensPerSecond };
}

/** The divergence of B from A, or undefined where the two split the text differently. */
async function diverge(
  paths: readonly [string, string],
  text: string,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<Divergence | undefined> {
  const locale = language(options.lang);
  const context = readNumber('--context', options.context, { min: 8, integer: true });
  const limit = readNumber('--kl-tokens', options.klTokens, { min: 1, integer: true });
  return withModels(paths, locale, options, signal, async ({ models: [a, b] }) => {
    if (!a || !b) throw new Error('a model was not loaded');
    const tokens = textTokens(a, text).slice(0, limit);
    const others = textTokens(b, text).slice(0, limit);
    if (tokens.length !== others.length || tokens.some((token, i) => token !== others[i])) return undefined;
    const threads = readThreads(options.threads);
    const size = Math.min(context, a.trainContextSize, b.trainContextSize);
    const first = await a.createContext({ contextSize: size, threads });
    const second = await b.createContext({ contextSize: size, threads });
    const progress = new Progress({ label: say(locale, 'comparing'), total: tokens.length });
    const result = await compareDistributions(first.getSequence(), second.getSequence(), tokens, {
      context: size,
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.done();
    return result;
  });
}

export async function modelCompare(a: string, b: string, options: CompareOptions): Promise<void> {
  const locale = language(options.lang);
  readNumber('--context', options.context, { min: 8, integer: true });
  readNumber('--max-tokens', options.maxTokens, { min: 2, integer: true });
  const text = await readText(options.text);
  await loadLibrary(locale, options);
  const work = await mkdtemp(join(tmpdir(), 'viva-compare-'));
  try {
    await withInterrupt(async (signal) => {
      const textFile = join(work, 'text.txt');
      await writeFile(textFile, text);
      const models: Measured[] = [];
      for (const path of [a, b]) {
        const progress = new Progress({ label: say(locale, 'scoring', { model: basename(path) }) });
        progress.update(models.length);
        models.push(await measure(path, textFile, text, options, signal));
        progress.done();
      }
      const divergence = await diverge([a, b], text, options, signal);
      if (options.json) console.log(JSON.stringify({ models, divergence: divergence ?? null }, null, 2));
      else print(models, divergence, options);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function print(
  models: readonly Measured[],
  divergence: Divergence | undefined,
  options: CompareOptions,
): void {
  const locale = language(options.lang);
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: say(locale, 'model') },
    right(say(locale, 'size')),
    right(say(locale, 'bits')),
    right(say(locale, 'ppl')),
    right(say(locale, 'reading')),
    right(say(locale, 'writing')),
    right(say(locale, 'memory')),
  ];
  const rows = models.map((each, i) => [
    `${i === 0 ? 'A' : 'B'}  ${basename(each.model)}`,
    byteSize(each.bytes),
    each.bitsPerWeight.toFixed(2),
    `${each.perplexity.toFixed(3)} ± ${each.standardError.toFixed(3)}`,
    each.tokensPerSecond.toFixed(0),
    each.generatedPerSecond === null ? '–' : each.generatedPerSecond.toFixed(1),
    byteSize(each.peakMemoryBytes),
  ]);
  console.log(textTable(columns, rows));
  console.log();
  if (!divergence) console.log(say(locale, 'vocabularies'));
  else
    console.log(
      say(locale, 'divergence', {
        tokens: divergence.tokens,
        mean: divergence.mean.toFixed(4),
        median: divergence.median.toFixed(4),
        high: divergence.percentile99.toFixed(3),
        max: divergence.max.toFixed(3),
        same: `${(100 * divergence.sameTop).toFixed(1)} %`,
      }),
    );
}
