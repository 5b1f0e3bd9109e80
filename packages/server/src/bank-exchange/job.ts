/** What the exchange thread is asked, and what it answers. */
import type { Bank } from '@viva/bank';
import type { ExchangeCode, ExportedFile, ExportOptions, ImportPreview } from '@viva/bank/exchange';

export type Job =
  | { kind: 'export'; bank: Bank; options: ExportOptions }
  | { kind: 'import'; bank: Bank; bytes: Uint8Array; name: string };

export type JobResult =
  | { ok: true; file: ExportedFile }
  | { ok: true; preview: ImportPreview }
  | { ok: false; code: ExchangeCode | 'no-such-selection'; file: string; place?: string; message: string };
