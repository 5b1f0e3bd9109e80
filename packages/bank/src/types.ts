/** What the bank holds, as the rest of Viva sees it. */

export type Locale = 'zh-CN' | 'en';
export const LOCALES: readonly Locale[] = ['zh-CN', 'en'];
export type Localised<T = string> = Record<Locale, T>;

export const QUESTION_KINDS = [
  'knowledge',
  'experiment',
  'case',
  'ethics',
  'behavioural',
  'situational',
] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];
export type ScalePoint = 1 | 2 | 3 | 4 | 5;

export interface QuestionText {
  title: string;
  /** Markdown, with LaTeX between dollar signs. */
  prompt: string;
  answer: string;
  /** What a listener hears or sees at scale points 1 to 5, in that order. */
  anchors: [string, string, string, string, string];
  probes: string[];
}

/** A work that an answer rests on. */
export interface Source {
  id: string;
  title: string;
  authors: string;
  year: number;
  venue?: string;
  url?: string;
  doi?: string;
}

/** The experiment that tests a claim: a lab, its parameters, seeds and assertions on its metrics. */
export interface ClaimCheck {
  lab: string;
  params: Record<string, unknown>;
  seeds: number[];
  assert: string[];
}

/** One sentence of the reference answer, word for word in each language, with what supports it. */
export interface Claim {
  id: string;
  text: Localised;
  /** The id of one of the question's sources. */
  source?: string;
  check?: ClaimCheck;
}

export interface Question {
  id: string;
  area: string;
  kind: QuestionKind;
  competency: string;
  difficulty: ScalePoint;
  /** Time to plan for prompt, answer and probes. */
  minutes: number;
  tags: string[];
  lab?: { id: string; params: Record<string, unknown> };
  sources: Source[];
  claims: Claim[];
  text: Localised<QuestionText>;
  /** SHA-256 over all of the above, in hexadecimal. */
  hash: string;
}

export interface KitItem {
  question: string;
  weight: number;
}

export interface Kit {
  id: string;
  /** Interviewers of this kit are calibrated on the set of this name. */
  scaleFamily: string;
  text: Localised<{ title: string; summary: string }>;
  competencies: { id: string; weight: number; text: Localised<{ title: string; description: string }> }[];
  items: KitItem[];
  hash: string;
}

export interface CalibrationTranscript {
  id: string;
  question: string;
  /** The experts' score. */
  expert: ScalePoint;
  text: Localised<{ transcript: string; reason: string }>;
}

export interface CalibrationSet {
  family: string;
  text: Localised<{ title: string; intro: string }>;
  /** Least shares, 0 to 1, of scores equal to the experts' and within one point of them. */
  pass: { withinOne: number; exact: number };
  validMonths: number;
  transcripts: CalibrationTranscript[];
  hash: string;
}

export interface Bank {
  questions: ReadonlyMap<string, Question>;
  kits: ReadonlyMap<string, Kit>;
  calibrations: ReadonlyMap<string, CalibrationSet>;
  hash: string;
}

/** Something that is wrong in the bank's files, and where. */
export interface Finding {
  severity: 'error' | 'warning';
  code: string;
  /** Relative to the bank's folder, with forward slashes. */
  file: string;
  line?: number;
  message: string;
}

/** The bank cannot be used as it is. `findings` names every fault with its file and line. */
export class BankError extends Error {
  override readonly name = 'BankError';
  readonly code = 'bank-invalid';
  readonly findings: Finding[];
  constructor(findings: Finding[]) {
    const [first] = findings;
    const where = first
      ? `${first.file}${first.line ? `:${first.line}` : ''}: ${first.message}`
      : 'unknown fault';
    super(`The bank has ${findings.length} fault${findings.length === 1 ? '' : 's'}. First: ${where}`);
    this.findings = findings;
  }
}
