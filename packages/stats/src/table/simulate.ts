/** Ratings from a many-facet rating scale model with known parameters, the same for the same seed. */
import { OptionError } from '../errors.ts';
import { createRandom } from '../numeric/random.ts';
import { RatingsBuilder, type RatingsTable } from './ratings-table.ts';

export interface SimulationOptions {
  persons?: number;
  raters?: number;
  items?: number;
  /** Scores run from 1 to this. Default 5. */
  categories?: number;
  /** Raters drawn for each person; all of them when left out. */
  ratersPerPerson?: number;
  /** Standard deviations in logits, and the persons' mean. */
  personSd?: number;
  personMean?: number;
  severitySd?: number;
  difficultySd?: number;
  /** Distance between the first and the last step, logits. Default 4. */
  stepRange?: number;
  /** Share of ratings that go missing at random. */
  missing?: number;
  /** Person × rater interaction: each pair's own shift, logits. Default 0: the model then holds. */
  interactionSd?: number;
  /** Groups dealt to persons in turn. */
  groups?: number;
  /** Fixed severities instead of drawn ones; centred all the same. */
  severities?: readonly number[];
  seed?: number;
}

export interface Simulation {
  table: RatingsTable;
  /** The truth, logits, by code; severities, difficulties and steps sum to zero. */
  truth: { persons: Float64Array; raters: Float64Array; items: Float64Array; steps: Float64Array };
}

const padded = (prefix: string, index: number, of: number): string =>
  prefix + String(index + 1).padStart(String(of).length, '0');

/** @throws OptionError for counts that are not whole or below 1, categories below 2, or shares outside [0, 1) */
export function simulateRatings(options: SimulationOptions = {}): Simulation {
  const {
    persons = 100,
    raters = 5,
    items = 6,
    categories = 5,
    personSd = 1,
    personMean = 0,
    severitySd = 0.5,
    difficultySd = 0.5,
    stepRange = 4,
    missing = 0,
    interactionSd = 0,
    groups = 0,
    seed = 1,
  } = options;
  const ratersPerPerson = options.ratersPerPerson ?? raters;
  for (const [name, value, least] of [
    ['persons', persons, 1],
    ['raters', raters, 1],
    ['items', items, 1],
    ['categories', categories, 2],
    ['ratersPerPerson', ratersPerPerson, 1],
    ['groups', groups, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new OptionError(
        'bad-simulation',
        `${name} must be a whole number of at least ${least}, not ${value}.`,
      );
  if (ratersPerPerson > raters)
    throw new OptionError(
      'bad-simulation',
      `ratersPerPerson (${ratersPerPerson}) exceeds raters (${raters}).`,
    );
  if (!(missing >= 0 && missing < 1))
    throw new OptionError('bad-simulation', `missing must be a share from 0 to below 1, not ${missing}.`);
  if (options.severities && options.severities.length !== raters)
    throw new OptionError(
      'bad-simulation',
      `${options.severities.length} severities were given for ${raters} raters.`,
    );

  const random = createRandom(seed);
  const centred = (values: Float64Array): Float64Array => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const drawn = (n: number, sd: number): Float64Array =>
    Float64Array.from({ length: n }, () => sd * random.normal());
  const severity = centred(
    options.severities ? Float64Array.from(options.severities) : drawn(raters, severitySd),
  );
  const difficulty = centred(drawn(items, difficultySd));
  const K = categories - 1;
  const tau = Float64Array.from({ length: K }, (_, k) => (K === 1 ? 0 : (k / (K - 1) - 0.5) * stepRange));
  const theta = drawn(persons, personSd).map((value) => value + personMean);

  const builder = new RatingsBuilder();
  const raterNames = Array.from({ length: raters }, (_, r) => padded('R', r, raters));
  const itemNames = Array.from({ length: items }, (_, i) => padded('Q', i, items));
  const p = new Float64Array(categories);
  for (let n = 0; n < persons; n++) {
    const person = padded('P', n, persons);
    const group = groups > 0 ? `G${(n % groups) + 1}` : undefined;
    const panel = ratersPerPerson === raters ? raterNames.keys() : random.sample(raters, ratersPerPerson);
    for (const r of panel) {
      const shift = interactionSd > 0 ? interactionSd * random.normal() : 0;
      for (let i = 0; i < items; i++) {
        const eta = (theta[n] as number) - (severity[r] as number) - (difficulty[i] as number) + shift;
        let log = 0;
        let sum = 1;
        p[0] = 1;
        for (let k = 1; k <= K; k++) {
          log += eta - (tau[k - 1] as number);
          p[k] = Math.exp(log);
          sum += p[k] as number;
        }
        let left = random.next() * sum;
        let k = 0;
        while (k < K && left >= (p[k] as number)) left -= p[k++] as number;
        const lost = missing > 0 && random.next() < missing;
        builder.add({
          person,
          rater: raterNames[r] as string,
          item: itemNames[i] as string,
          score: lost ? null : k + 1,
          group,
        });
      }
    }
  }
  const table = builder.build();
  // Codes follow the order of first sight; the truth follows the codes.
  const byName = (names: readonly string[], prefix: string, values: Float64Array): Float64Array =>
    Float64Array.from(names, (name) => values[Number(name.slice(prefix.length)) - 1] as number);
  return {
    table,
    truth: {
      persons: theta,
      raters: byName(table.raters, 'R', severity),
      items: byName(table.items, 'Q', difficulty),
      steps: tau,
    },
  };
}
