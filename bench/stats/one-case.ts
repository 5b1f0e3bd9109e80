/** One fit of one file, in a process of its own; prints figures as JSON. */
import { createReadStream } from 'node:fs';
import { fitRatings, parseRatingsCsv } from '@viva/stats';

export interface CaseFigures {
  ratings: number;
  /** Milliseconds. */
  read: number;
  first: number;
  /** Median of the later fits. */
  warm: number;
  /** Largest resident set after one fit, MiB. */
  peak: number;
}

const [file = '', method = 'jml', repeats = '5'] = process.argv.slice(2);
let began = performance.now();
const { table } = await parseRatingsCsv(createReadStream(file));
const read = performance.now() - began;
const times: number[] = [];
let peak = 0;
for (let turn = 0; turn < Number(repeats); turn++) {
  began = performance.now();
  const fit = fitRatings(table, { method: method as 'jml' | 'mml' });
  times.push(performance.now() - began);
  if (!fit.converged) throw new Error('The fit did not converge.');
  if (turn === 0) peak = process.resourceUsage().maxRSS / 1024;
}
const later = times.slice(1).sort((a, b) => a - b);
const figures: CaseFigures = {
  ratings: table.size,
  read,
  first: times[0] as number,
  warm: later[Math.floor(later.length / 2)] as number,
  peak,
};
console.log(JSON.stringify(figures));
