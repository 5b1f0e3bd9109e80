/** `viva stats …`: what ratings are worth, for anyone with a CSV and no server. */
import type { Command } from 'commander';
import { statsAgreement } from './agreement.ts';
import { statsFit } from './fit.ts';
import { statsGStudy } from './g-study.ts';
import { statsImpact } from './impact.ts';
import { withReadOptions } from './read-ratings.ts';
import { statsSimulate } from './simulate.ts';

export function registerStats(program: Command): void {
  const stats = program
    .command('stats')
    .description('what ratings are worth: severity, agreement, reliability, from a CSV')
    .addHelpText(
      'after',
      `
Examples:
  viva stats simulate --persons 60 --raters 5 --items 6 --out ratings.csv
  viva stats fit ratings.csv
  viva stats fit ratings.csv --model pcm --method mml --html report.html
  viva stats fit scores.csv --person applicant --rater judge --score mark --json
  viva stats agreement ratings.csv
  viva stats impact applicants.csv --html impact.html
  viva stats gstudy ratings.csv --raters 1-6 --items 4,8,12`,
    );

  withReadOptions(stats.command('fit'))
    .description('a many-facet Rasch model: persons, severity of raters, difficulty of items, on one scale')
    .option('--model <model>', 'rsm: all items share the steps; pcm: each item has its own', 'rsm')
    .option(
      '--method <method>',
      'jml: joint, fast; mml: normal population, unstretched, better intervals',
      'jml',
    )
    .option('--scale <range>', 'the scale as raters had it, as in 1-5, so that unused scores can be named')
    .option('--bias <by>', 'item or group: where a rater is severer than elsewhere')
    .option('--top <count>', 'persons shown in the terminal; 0 shows all', '20')
    .option('--html <file>', 'write a self-contained report')
    .option('--json', 'print everything as JSON')
    .action(statsFit);

  withReadOptions(stats.command('agreement'))
    .description('how far raters agree: alpha, AC2, kappas, intraclass correlations, pair by pair')
    .option('--seed <number>', 'of the bootstrap', '1')
    .option('--json', 'print everything as JSON')
    .action(statsAgreement);

  withReadOptions(stats.command('gstudy'))
    .description('variance components (generalisability theory), and what more raters or items would bring')
    .option('--design <design>', 'crossed, raters-in-items or raters-in-persons', 'crossed')
    .option('--raters <counts>', 'numbers of raters to try, as in 1-6')
    .option('--items <counts>', 'numbers of items to try, as in 4,8,12')
    .option('--fixed-items', 'these items are all there are, not a sample of such items')
    .option('--json', 'print everything as JSON')
    .action(statsGStudy);

  stats
    .command('impact')
    .description(
      'selection rates, scoring rates and impact ratios by sex and race/ethnicity (NYC Local Law 144)',
    )
    .argument('<applicants.csv>', 'one row an applicant; - reads standard input')
    .option('--sex <column>', 'column of the sex (found by name: sex, gender, …); empty is unknown')
    .option('--race <column>', 'column of the race or ethnicity (race, ethnicity, …)')
    .option(
      '--selected <column>',
      'column that says who was moved forward: 1/0, yes/no (selected, advanced, …)',
    )
    .option('--score <column>', 'column of the score (score, overall, …)')
    .option(
      '--exclude-below <percent>',
      'leave categories below this share out of the ratios; at most 2',
      '0',
    )
    .option('--justification <text>', 'why they are left out: the rule asks for it')
    .option('--html <file>', 'write a self-contained report')
    .option('--csv <file>', 'write the figures, unrounded')
    .option('--json', 'print everything as JSON')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .action(statsImpact);

  stats
    .command('simulate')
    .description('ratings from a many-facet model with known truth, to try designs before asking people')
    .option('--persons <count>', '', '100')
    .option('--raters <count>', '', '5')
    .option('--raters-per-person <count>', 'raters drawn for each person (default: all)')
    .option('--items <count>', '', '6')
    .option('--categories <count>', 'scores run from 1 to this', '5')
    .option('--person-sd <logits>', '', '1')
    .option('--severity-sd <logits>', '', '0.5')
    .option('--difficulty-sd <logits>', '', '0.5')
    .option('--interaction-sd <logits>', 'each person × rater pair’s own shift', '0')
    .option('--missing <share>', 'share of ratings that go missing at random', '0')
    .option('--groups <count>', 'groups dealt to persons in turn', '0')
    .option('--seed <number>', '', '1')
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--truth <file>', 'write the true measures as JSON')
    .option('--lang <language>', 'zh-CN or en (default: as the environment says)')
    .action(statsSimulate);
}
