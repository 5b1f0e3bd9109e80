/** One line of progress on stderr: how far, how fast, how long still. Silent when stderr is not a terminal. */

export interface ProgressOptions {
  /** What is being done, in front of the bar. */
  label: string;
  /** How much there is to do; leave out where nobody knows. */
  total?: number | undefined;
  /** How an amount reads, for rates and counts. Default: the plain number. */
  format?: (amount: number) => string;
  stream?: NodeJS.WriteStream;
  now?: () => number;
}

const WIDTH = 24;
/** Milliseconds between two drawings. */
const EVERY = 80;

/** 75 → `1 min 15 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** 1536 → `1.5 KiB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let value = bytes;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at++;
  }
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

export class Progress {
  private readonly label: string;
  private readonly total: number | undefined;
  private readonly format: (amount: number) => string;
  private readonly stream: NodeJS.WriteStream;
  private readonly now: () => number;
  private readonly began: number;
  private drawn = Number.NEGATIVE_INFINITY;
  private shown = false;

  constructor(options: ProgressOptions) {
    this.label = options.label;
    this.total = options.total;
    this.format = options.format ?? ((amount) => amount.toLocaleString('en'));
    this.stream = options.stream ?? process.stderr;
    this.now = options.now ?? (() => performance.now());
    this.began = this.now();
  }

  /** @param amount done so far, in the unit of `total` */
  update(amount: number, note = ''): void {
    if (!this.stream.isTTY) return;
    const now = this.now();
    if (now - this.drawn < EVERY) return;
    this.drawn = now;
    this.shown = true;
    this.stream.write(`\r\u001B[2K${this.line(amount, note)}`);
  }

  /** What stands on the line. */
  line(amount: number, note = ''): string {
    const seconds = (this.now() - this.began) / 1000;
    const rate = seconds > 0.2 ? amount / seconds : 0;
    const parts = [this.label];
    if (this.total !== undefined && this.total > 0) {
      const share = Math.min(1, amount / this.total);
      const full = Math.round(share * WIDTH);
      parts.push(`${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(100 * share)} %`);
      parts.push(`${this.format(amount)} of ${this.format(this.total)}`);
      if (rate > 0) parts.push(`${duration((this.total - amount) / rate)} left`);
    } else parts.push(this.format(amount));
    if (rate > 0) parts.push(`${this.format(rate >= 10 ? Math.round(rate) : Number(rate.toFixed(1)))}/s`);
    if (note) parts.push(note);
    return parts.join('  ');
  }

  /** Wipes the line, so that what is printed next stands alone. */
  done(): void {
    if (this.shown) this.stream.write('\r\u001B[2K');
    this.shown = false;
  }
}
