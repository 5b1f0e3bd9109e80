/** Reads what auto_explain logs. */

export interface SlowQuery {
  /** With literals left out. */
  text: string;
  count: number;
  /** Milliseconds, of the slowest. */
  worst: number;
  total: number;
  /** Of the slowest. */
  plan: string;
}

export const AUTO_EXPLAIN = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=50ms',
  'auto_explain.log_analyze=on',
  'auto_explain.log_timing=off',
  'auto_explain.log_nested_statements=on',
  'log_line_prefix=%m ',
];

export class SlowQueries {
  #tail = '';
  #active = false;
  readonly #found = new Map<string, SlowQuery>();

  /** What comes before is the filling. */
  begin(): void {
    this.#tail = '';
    this.#active = true;
  }

  read(chunk: string): void {
    if (!this.#active) return;
    this.#tail += chunk;
    // An entry goes on until a line begins with a date.
    const entries = this.#tail.split(/\n(?=\d{4}-\d\d-\d\d )/);
    this.#tail = entries.pop() ?? '';
    for (const entry of entries) this.#keep(entry);
  }

  #keep(entry: string): void {
    const [, ms, query, plan] =
      /duration: ([\d.]+) ms {2}plan:\s*Query Text: ([\s\S]*?)\n\t((?:[^\n]*cost=)[\s\S]*)/.exec(entry) ?? [];
    if (!ms || !query || !plan) return;
    const text = query
      .replace(/\s+/g, ' ')
      .replace(/\$\d+(, \$\d+)+/g, '$…')
      .slice(0, 400);
    const known = this.#found.get(text) ?? { text, count: 0, worst: 0, total: 0, plan: '' };
    known.count++;
    known.total += Number(ms);
    if (Number(ms) > known.worst) {
      known.worst = Number(ms);
      known.plan = plan.replaceAll('\n\t', '\n').slice(0, 3000);
    }
    this.#found.set(text, known);
  }

  slowest(most = 12): SlowQuery[] {
    return [...this.#found.values()].sort((a, b) => b.total - a.total).slice(0, most);
  }
}
