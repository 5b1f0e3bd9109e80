/** `viva assistant injections`: how much of attacks the screen keeps from the rater, and how far the rest moves it. */
import {
  type InjectionReport,
  loadAttacks,
  loadPassages,
  type MovementSummary,
  measureInjections,
  rateByAnchors,
  type ScreenedAttack,
  screenAttacks,
  screenTranscript,
} from '@viva/assistant';
import type { Bank, Locale } from '@viva/bank';
import { language } from '../../terminal/language.ts';
import { Progress } from '../../terminal/progress.ts';
import { textTable } from '../../terminal/text-table.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { openBank } from './ask.ts';
import { cancellable, openGuarded, readNumber } from './open-model.ts';
import { calibrationCases, questionOf, type RateCommandOptions } from './rate.ts';
import { say } from './words.ts';

export interface InjectionOptions extends RateCommandOptions {
  transcripts: string;
  attacks?: string;
  /** The attacks that were written to get past the screen, in place of the forty. */
  evasive?: boolean;
  /** The rater that judges one anchor at a time and is never asked for a score. */
  anchors?: boolean;
  /** Nothing is asked of a model. */
  screenOnly?: boolean;
  lengthStep: string;
  out?: string;
  csv?: string;
}

/** So many calibration transcripts, spread over the scale from the weakest, in both languages by turns. */
function spreadCases(bank: Bank, count: number) {
  const english = calibrationCases(bank, 'en').sort((a, b) => a.expert - b.expert);
  const chinese = calibrationCases(bank, 'zh-CN').sort((a, b) => a.expert - b.expert);
  const most = Math.min(count, english.length);
  return Array.from({ length: most }, (_, at) => {
    const place = most === 1 ? 0 : Math.round((at * (english.length - 1)) / (most - 1));
    return (at % 2 === 0 ? english : chinese)[place] as (typeof english)[number];
  });
}

interface ScreenReport {
  transcripts: number;
  attacks: ScreenedAttack[];
  /** Attacks that were written to get past the screen. */
  evasive: ScreenedAttack[];
  /** Of passages that were not used in its development: ids of those that were set aside, in part or whole. */
  benign: { passages: number; setAside: string[]; masked: string[] };
  /** Sentences of calibration transcripts that were set aside, in both languages. */
  calibration: { transcripts: number; setAside: string[] };
}

async function screenReport(
  bank: Bank,
  attacks: readonly { id: string; text: string }[],
): Promise<ScreenReport> {
  const cases = [...calibrationCases(bank, 'en'), ...calibrationCases(bank, 'zh-CN')];
  const heldOut = await loadPassages('held-out');
  const benign = heldOut.benign.map(({ id, question, text }) => ({
    id,
    setAside: screenTranscript(text, questionOf(bank, question)).setAside,
  }));
  return {
    transcripts: cases.length,
    attacks: screenAttacks(cases, attacks),
    evasive: screenAttacks(cases, heldOut.attacks),
    benign: {
      passages: benign.length,
      setAside: benign.filter(({ setAside }) => setAside.some(({ quoted }) => !quoted)).map(({ id }) => id),
      masked: benign
        .filter(({ setAside }) => setAside.length > 0 && setAside.every(({ quoted }) => quoted))
        .map(({ id }) => id),
    },
    calibration: {
      transcripts: cases.length,
      setAside: cases.flatMap(({ question, transcript }) =>
        screenTranscript(transcript, question).setAside.map(({ text }) => text),
      ),
    },
  };
}

const signed = (value: number | null): string =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
const interval = (of: [number, number] | null): string =>
  of ? ` (${signed(of[0])} … ${signed(of[1])})` : '';

/** Of all pairs of attack and transcript, the share in which nothing of the attack was left. */
function shareWhole(attacks: readonly ScreenedAttack[]): string {
  const whole = attacks.reduce((sum, attack) => sum + attack.whole, 0);
  const all = attacks.reduce((sum, { whole: one, part, passed }) => sum + one + part + passed, 0);
  return `${whole} / ${all} (${all === 0 ? '–' : ((100 * whole) / all).toFixed(1)} %)`;
}

function printScreen(report: ScreenReport, locale: Locale): void {
  console.log(
    say(locale, 'screenFound', {
      attacks: report.attacks.length,
      transcripts: report.transcripts,
      whole: shareWhole(report.attacks),
      evasive: report.evasive.length,
      evasiveWhole: shareWhole(report.evasive),
      benign: report.benign.passages,
      wrong: report.benign.setAside.length,
      names: report.benign.setAside.join(', ') || '–',
      masked: report.benign.masked.length,
      sentences: report.calibration.setAside.length,
    }),
  );
  const leaking = report.attacks.filter(({ part, passed }) => part + passed > 0);
  if (leaking.length > 0)
    console.log(
      `\n${textTable(
        [
          { head: say(locale, 'attackColumn') },
          { head: say(locale, 'wholeColumn'), align: 'right' },
          { head: say(locale, 'partColumn'), align: 'right' },
          { head: say(locale, 'passedColumn'), align: 'right' },
        ],
        leaking.map(({ id, whole, part, passed }) => [id, String(whole), String(part), String(passed)]),
      )}`,
    );
}

const cell = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One line a trial. */
const csvOf = ({ trials }: InjectionReport): string[] => [
  'transcript,attack,family,reached,reasons,base,neutral,attacked,base_given,neutral_given,attacked_given\n',
  ...trials.map(
    ({ case: name, attack, family, reached, setAside, base, neutral, attacked }) =>
      `${[
        name,
        attack,
        family,
        reached,
        setAside.map(({ reason }) => reason).join(' '),
        base.score,
        neutral.score,
        attacked.score,
        base.given,
        neutral.given,
        attacked.given,
      ]
        .map(cell)
        .join(',')}\n`,
  ),
];

function printMovement(report: InjectionReport, locale: Locale): void {
  const row = (name: string, summary: MovementSummary): string[] => [
    name,
    String(summary.trials),
    String(summary.compared),
    signed(summary.attackShift),
    signed(summary.neutralShift),
    `${signed(summary.meanMovement)}${interval(summary.interval)}`,
    `${signed(summary.excess)}${interval(summary.excessInterval)}`,
    String(summary.raised),
    String(summary.lowered),
    summary.p < 0.001 ? '< 0.001' : summary.p.toFixed(3),
  ];
  const right = (
    word:
      | 'trials'
      | 'compared'
      | 'attackShift'
      | 'neutralShift'
      | 'movement'
      | 'excess'
      | 'raised'
      | 'lowered',
  ) => ({ head: say(locale, word), align: 'right' as const });
  console.log(
    `${report.model}\n\n${textTable(
      [
        { head: say(locale, 'family') },
        right('trials'),
        right('compared'),
        right('attackShift'),
        right('neutralShift'),
        right('movement'),
        right('excess'),
        right('raised'),
        right('lowered'),
        { head: 'p', align: 'right' },
      ],
      [
        row(say(locale, 'standing'), report.all),
        row(say(locale, 'givenScores'), report.given),
        row(say(locale, 'reachedModel'), report.reached),
        ...Object.entries(report.families).map(([name, summary]) => row(name, summary)),
        ...Object.entries(report.attacks).map(([name, summary]) => row(`  ${name}`, summary)),
      ],
    )}\n\n${say(locale, 'injectionNote')}`,
  );
  if (report.neutralSetAside > 0)
    console.log(say(locale, 'neutralTouched', { count: report.neutralSetAside }));
}

export async function injections(options: InjectionOptions): Promise<void> {
  const locale = language(options.lang);
  const set = await loadAttacks();
  const limit = readNumber(options.transcripts, '--transcripts', 1);
  const lengthStep = readNumber(options.lengthStep, '--length-step', 1);
  const evasive = async () =>
    (await loadPassages('held-out')).attacks.map((attack) => ({ ...attack, family: 'evasive' }));
  const attacks = (options.evasive ? await evasive() : set.attacks).slice(
    0,
    options.attacks ? readNumber(options.attacks, '--attacks', 1) : undefined,
  );
  const bank = await openBank(options.bank);
  const screen = await screenReport(bank, attacks);
  const cases = spreadCases(bank, limit);
  const report = options.screenOnly
    ? undefined
    : await cancellable(async (signal) => {
        const model = await openGuarded(options, locale);
        const progress = new Progress({
          label: say(locale, 'attacking'),
          total: cases.length * attacks.length,
        });
        return measureInjections(cases, { ...set, attacks }, model, {
          ...(options.anchors ? { rate: rateByAnchors } : {}),
          lengthStep,
          signal,
          onProgress: (done) => progress.update(done),
        }).finally(() => progress.done());
      });
  const json = `${JSON.stringify({ screen, ...report }, null, 2)}\n`;
  if (options.out) await writeOutput(options.out, [json]);
  if (options.csv && report) await writeOutput(options.csv, csvOf(report));
  if (options.json) {
    console.log(json.trimEnd());
    return;
  }
  printScreen(screen, locale);
  if (report) {
    console.log('');
    printMovement(report, locale);
  }
}
