/**
 * A hiring day over HTTP on PostgreSQL: `npm run bench -- hiring-day [--sizes 1e4,1e5,1e6] [--seconds 60]
 * [--interviewers 500] [--pause 2000] [--servers 1]`. Loopback only, bounded in time, in a cluster of its own that is
 * removed afterwards. See bench/hiring-day/README.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findPostgres } from '../packages/server/src/testing/cluster.ts';
import { type DayFigures, playDay } from './hiring-day/play-day.ts';
import { report } from './hiring-day/report.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1e4,1e5,1e6' },
    seconds: { type: 'string', default: '60' },
    interviewers: { type: 'string', default: '500' },
    pause: { type: 'string', default: '2000' },
    servers: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
if (!findPostgres()) {
  console.log('PostgreSQL is not installed (Debian: apt-get install postgresql).');
  process.exit(2);
}
const seconds = Math.min(3600, Number(values.seconds));
const days: DayFigures[] = [];
for (const size of values.sizes.split(',').map(Number))
  days.push(
    await playDay(
      {
        ratings: size,
        seconds,
        interviewers: Math.min(500, Number(values.interviewers)),
        pauseMs: Number(values.pause),
        servers: Number(values.servers),
      },
      (line) => console.error(line),
    ),
  );
console.log(report(days));
if (values.json) writeFileSync(values.json, JSON.stringify(days, null, 2));
