/** Sizes, times and tables as `viva model` prints them. */

import { CommandFailure } from '../../failure.ts';

export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '…';
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Columns padded to their widest cell; those after the first right-aligned where they are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i > 0 && /^[\d.−∞-]/.test(cell) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A line that is written over on a terminal, and once every ten seconds elsewhere. */
export function progressLine(): { show: (text: string) => void; end: () => void } {
  const terminal = process.stderr.isTTY;
  let last = 0;
  let shown = false;
  return {
    show(text) {
      const now = Date.now();
      if (now - last < (terminal ? 100 : 10_000)) return;
      last = now;
      shown = true;
      process.stderr.write(
        terminal ? `\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${text}\n`,
      );
    },
    end() {
      if (terminal && shown) process.stderr.write('\r\u001b[2K');
    },
  };
}

/** Ctrl-C as a signal, once; a second Ctrl-C ends the program at once. */
export function interruptible(message = 'Stopped; nothing was written under the new name.'): {
  signal: AbortSignal;
  done: () => void;
} {
  const controller = new AbortController();
  const stop = () => controller.abort(new CommandFailure(message, 130));
  process.once('SIGINT', stop);
  return { signal: controller.signal, done: () => process.off('SIGINT', stop) };
}
