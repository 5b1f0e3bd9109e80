/** `viva stats simulate`: ratings with known truth, as CSV. */
import { OptionError, ratingsToCsv, type Simulation, simulateRatings } from '@viva/stats';
import { CommandFailure } from '../../failure.ts';
import { language } from '../../terminal/language.ts';
import { writeOutput } from '../../terminal/write-output.ts';
import { say } from './words.ts';

export interface SimulateCommandOptions {
  persons: string;
  raters: string;
  items: string;
  categories: string;
  ratersPerPerson?: string;
  severitySd: string;
  personSd: string;
  difficultySd: string;
  interactionSd: string;
  missing: string;
  groups: string;
  seed: string;
  out?: string;
  truth?: string;
  lang?: string;
}

export function readSeed(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new CommandFailure(`--seed ${text}: a whole number of at least 0 is needed.`, 2);
}

const named = (names: readonly string[], values: Float64Array): Record<string, number> =>
  Object.fromEntries(names.map((name, at) => [name, values[at] as number]));

export async function statsSimulate(options: SimulateCommandOptions): Promise<void> {
  const locale = language(options.lang);
  let simulation: Simulation;
  try {
    simulation = simulateRatings({
      persons: Number(options.persons),
      raters: Number(options.raters),
      items: Number(options.items),
      categories: Number(options.categories),
      ...(options.ratersPerPerson === undefined ? {} : { ratersPerPerson: Number(options.ratersPerPerson) }),
      severitySd: Number(options.severitySd),
      personSd: Number(options.personSd),
      difficultySd: Number(options.difficultySd),
      interactionSd: Number(options.interactionSd),
      missing: Number(options.missing),
      groups: Number(options.groups),
      seed: readSeed(options.seed),
    });
  } catch (error) {
    if (error instanceof OptionError) throw new CommandFailure(error.message, 2);
    throw error;
  }
  const { table, truth } = simulation;
  if (options.truth !== undefined)
    await writeOutput(options.truth, [
      `${JSON.stringify(
        {
          persons: named(table.persons, truth.persons),
          raters: named(table.raters, truth.raters),
          items: named(table.items, truth.items),
          steps: [...truth.steps],
        },
        null,
        2,
      )}\n`,
    ]);
  if (options.out !== undefined) {
    await writeOutput(options.out, ratingsToCsv(table));
    console.error(
      `${say(locale, 'written', { file: options.out })} ${say(locale, 'simulated', {
        count: table.size,
        persons: table.persons.length,
        raters: table.raters.length,
        items: table.items.length,
      })}`,
    );
    return;
  }
  let held = '';
  for (const line of ratingsToCsv(table)) {
    held += line;
    if (held.length < 65_536) continue;
    await print(held);
    held = '';
  }
  await print(held);
}

/** Waits for a slow reader, so that memory stays small. */
const print = (text: string): Promise<void> =>
  new Promise((done, fail) => process.stdout.write(text, (error) => (error ? fail(error) : done())));
