/** The figures as Markdown. */
import type { DayFigures } from './play-day.ts';

const ms = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : value < 10 ? value.toFixed(1) : value.toFixed(0);
/** Of a straight line through values that are a second apart, least squares. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let over = 0;
  let under = 0;
  for (const [at, value] of values.entries()) {
    over += (at - middle) * (value - mean);
    under += (at - middle) ** 2;
  }
  return under > 0 ? over / under : 0;
}

const power = (ratings: number): string => ratings.toExponential(0).replace('e+', 'e');

export function report(days: readonly DayFigures[]): string {
  const lines: string[] = [];
  const [one] = days;
  if (!one) return '';
  const table = (title: string, of: (day: DayFigures) => DayFigures['routes']): void => {
    lines.push(
      title,
      '',
      `| route | ${days.map(({ ratings }) => `${power(ratings)} ratings`).join(' | ')} | p95 grows |`,
      `| --- |${days.map(() => ' --- |').join('')} --- |`,
    );
    const names = [...new Set(days.flatMap((day) => of(day).map(({ route }) => route)))].sort();
    for (const name of names) {
      const found = days.map((day) => of(day).find(({ route }) => route === name));
      const [first, last] = [found.find(Boolean), found.at(-1)];
      const cells = found.map((route) =>
        route
          ? `${ms(route.p50)} / ${ms(route.p95)} / ${ms(route.p99)}${route.errors ? ` (${route.errors} failed)` : ''}`
          : '–',
      );
      const growth = first && last && days.length > 1 ? `× ${(last.p95 / first.p95).toFixed(1)}` : '–';
      lines.push(`| ${name} | ${cells.join(' | ')} | ${growth} |`);
    }
    lines.push('');
  };
  table('One caller and nobody else. Milliseconds: p50 / p95 / p99.', ({ alone }) => alone);
  table(
    `${one.interviewers} interviewers, a save about every ${one.pauseMs / 1000} s each, 5 leads, up to 100 event streams, ${one.seconds} s, ${one.servers} server process${one.servers > 1 ? 'es' : ''}. Milliseconds: p50 / p95 / p99.`,
    ({ routes }) => routes,
  );
  const row = (name: string, of: (day: DayFigures) => string): void =>
    void lines.push(`| ${name} | ${days.map(of).join(' | ')} |`);
  lines.push(
    '',
    `| | ${days.map(({ ratings }) => power(ratings)).join(' | ')} |`,
    `| --- |${days.map(() => ' --- |').join('')}`,
  );
  row('ratings in the database', ({ filled }) => String(filled));
  row('filled in, s', ({ fillSeconds }) => fillSeconds.toFixed(0));
  row('requests a second over the day', ({ requestsPerSecond }) => requestsPerSecond.toFixed(0));
  row('events heard on 100 streams', ({ events }) => String(events));
  row('saves a second without pauses, 50 callers', ({ saves }) => saves.served.toFixed(0));
  row('the raw statement by the same driver, a second', ({ saves }) => saves.driver.toFixed(0));
  row('pgbench, a second', ({ saves }) => saves.pgbench?.toFixed(0) ?? 'not installed');
  row('share of the driver’s', ({ saves }) => (saves.served / saves.driver).toFixed(2));
  row('saves, and hours of one save a minute each that they make up', ({ routes, interviewers }) => {
    const saves = routes.find(({ route }) => route === 'saveDraft')?.count ?? 0;
    return `${saves}, ${(saves / (60 * interviewers)).toFixed(1)}`;
  });
  row('memory of the server, MiB: first, median of the second half, most', ({ memory }) => {
    const half = [...memory.slice(memory.length / 2)].sort((a, b) => a - b);
    return `${ms(memory[0])}, ${ms(half[Math.floor(half.length / 2)])}, ${ms(Math.max(...memory))}`;
  });
  row('growth of it over the second half, MiB a minute', ({ memory }) =>
    (60 * slope(memory.slice(memory.length / 2))).toFixed(1),
  );
  for (const { ratings, slow, complaints } of days) {
    lines.push('', `### Statements over 50 ms at ${power(ratings)}`, '');
    if (slow.length === 0) lines.push('None.');
    for (const [index, { text, count, worst, total, plan }] of slow.entries()) {
      lines.push(
        `- ${count} times, at worst ${ms(worst)} ms, together ${ms(total)} ms: \`${text.slice(0, 160)}\``,
      );
      // The plans of the four that cost most.
      if (index < 4)
        lines.push(
          '',
          '  ```',
          ...plan
            .split('\n')
            .slice(0, 24)
            .map((line) => `  ${line}`),
          '  ```',
          '',
        );
    }
    if (complaints.length > 0)
      lines.push('', ...complaints.slice(0, 10).map(([text, count]) => `Failed ${count} times: ${text}`));
  }
  return lines.join('\n');
}
