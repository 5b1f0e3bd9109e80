/** `viva lab run`: trains and measures over seeds, with progress; what is done is kept when one stops it. */
import { type Lab, type Measures, runLab, type Summary, startEngine, summarise } from '@viva/labs';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { findLab } from './find-lab.ts';
import { labReport } from './report.ts';

export interface LabRunOptions {
  set: string[];
  preset?: string;
  seed: string;
  seeds: string;
  html?: string;
  json?: boolean;
  lang?: string;
}

export interface LabResult {
  lab: string;
  params: Record<string, unknown>;
  seeds: { seed: number; metrics: Measures }[];
  summary: Record<string, Summary>;
  engine: string;
  wallSeconds: number;
  /** Only where it was stopped: seeds that were asked for and not run. */
  stoppedBefore?: number;
}

const whole = (option: string, text: string, least: number): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new CommandFailure(`${option} ${text}: a whole number of at least ${least} is needed.`, 2);
};

/** `name=value` pairs; values are JSON where they read as JSON, else text. */
export function readSettings(
  lab: Lab<Record<string, unknown>>,
  preset: string | undefined,
  pairs: readonly string[],
) {
  const chosen = preset === undefined ? undefined : lab.presets.find(({ id }) => id === preset);
  if (preset !== undefined && !chosen)
    throw new CommandFailure(
      `${lab.id} has no preset ${preset}. There are: ${lab.presets.map(({ id }) => id).join(', ')}.`,
      2,
    );
  const given: Record<string, unknown> = { ...chosen?.params };
  const known = new Set(lab.fields.map(({ id }) => id));
  for (const pair of pairs) {
    const cut = pair.indexOf('=');
    const name = pair.slice(0, cut);
    if (cut < 1) throw new CommandFailure(`--set ${pair}: write it as name=value.`, 2);
    if (!known.has(name))
      throw new CommandFailure(
        `--set ${pair}: ${lab.id} has no parameter ${name}. There are: ${[...known].join(', ')}.`,
        2,
      );
    const text = pair.slice(cut + 1);
    try {
      given[name] = JSON.parse(text);
    } catch {
      given[name] = text;
    }
  }
  const parsed = lab.params.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CommandFailure(
    `The settings of ${lab.id} do not fit. ${faults.join('; ')}. viva lab show ${lab.id} explains them.`,
    2,
  );
}

export async function labRun(id: string, options: LabRunOptions): Promise<void> {
  const locale = language(options.lang);
  const lab = findLab(id);
  const params = readSettings(lab, options.preset, options.set);
  const first = whole('--seed', options.seed, 0);
  const count = whole('--seeds', options.seeds, 1);
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error('stopped'));
  process.once('SIGINT', stop);
  const began = performance.now();
  const engine = await startEngine('wasm');
  const seeds: LabResult['seeds'] = [];
  let progress: Progress | undefined;
  let total = 0;
  try {
    for (let n = 0; n < count; n++) {
      const metrics = await runLab(lab, params, {
        seed: first + n,
        signal: controller.signal,
        onProgress: ({ step, steps }) => {
          total = steps;
          progress ??= new Progress({ label: lab.id, total: steps * count });
          progress.update(n * total + step, count > 1 ? `seed ${n + 1} of ${count}` : '');
        },
      });
      seeds.push({ seed: first + n, metrics });
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    progress?.done();
    process.off('SIGINT', stop);
  }
  if (seeds.length === 0)
    throw new CommandFailure('Stopped before the first seed was done: there is nothing to show.', 130);
  const result: LabResult = {
    lab: lab.id,
    params,
    seeds,
    summary: summarise(seeds),
    engine,
    wallSeconds: (performance.now() - began) / 1000,
    ...(seeds.length < count ? { stoppedBefore: count - seeds.length } : {}),
  };
  if (options.html !== undefined) {
    await writeOutput(options.html, [labReport(lab, result, locale)]);
    console.error(locale === 'zh-CN' ? `已写入：${options.html}` : `Written: ${options.html}`);
  }
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else if (options.html === undefined) print(lab, result, locale);
  if (seeds.length < count) {
    console.error(`Stopped: ${seeds.length} of ${count} seeds are done and kept.`);
    process.exitCode = 130;
  }
}

function print(
  lab: Lab<Record<string, unknown>>,
  { summary, seeds, engine, wallSeconds }: LabResult,
  locale: 'zh-CN' | 'en',
): void {
  const zh = locale === 'zh-CN';
  console.log(
    textTable(
      [
        { head: zh ? '度量' : 'measure' },
        { head: zh ? '均值' : 'mean', align: 'right' },
        { head: zh ? '标准差' : 'sd', align: 'right' },
        { head: zh ? '最小' : 'min', align: 'right' },
        { head: zh ? '最大' : 'max', align: 'right' },
      ],
      lab.metrics.flatMap(({ id, digits }) => {
        const own = summary[id];
        if (!own) return [];
        const show = (value: number | null): string =>
          value === null ? '–' : value.toFixed(seeds.length > 1 ? digits + 1 : digits);
        return [[id, show(own.mean), show(own.sd), show(own.min), show(own.max)]];
      }),
    ),
  );
  console.log(
    zh
      ? `\n${seeds.length} 个种子，引擎 ${engine}，用时 ${wallSeconds.toFixed(1)} 秒`
      : `\n${seeds.length} seed${seeds.length === 1 ? '' : 's'}, engine ${engine}, ${wallSeconds.toFixed(1)} s`,
  );
}
