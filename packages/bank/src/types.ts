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
  /** Wrong answers that are often heard, each with what is wrong about it. */
  mistakes: string[];
  /** What a listener may be tempted to mark down and should not. */
  fair: string[];
  /** Another prompt of the same difficulty, scored on the same anchors, for when the first has leaked. Markdown. */
  parallel?: string;
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
  /** Of a law, a standard or a guidance document: the number that it is found by. */
  number?: string;
}

/** The experiment that tests a claim: a lab, its parameters, seeds and assertions on its metrics. */
export interface ClaimCheck {
  lab: string;
  params: Record<string, unknown>;
  /**
   * Several runs to hold against each other, by name: what each changes of `params`. Assertions then name metrics as
   * `<run>.<metric>`. Without it there is one run, and metrics go by their own names.
   */
  vary?: Record<string, Record<string, unknown>>;
  seeds: number[];
  assert: string[];
}

/** One sentence of the reference answer, word for word in each language, with what supports it. */
export interface Claim {
  id: string;
  text: Localised;
  /** The id of one of the question's sources. */
  source?: string;
  /** Where in the source: section, table, article, equation. */
  at?: string;
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

/** What an interview can measure, named once for all kits and questions. */
export interface Competency {
  id: string;
  /** `boundary` says what is a neighbour's and not this one's. */
  text: Localised<{ title: string; description: string; boundary: string }>;
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
  /**
   * The blueprint: what each competency weighs, how many questions on it are asked at the least, and which others of
   * the bank may stand in for one of its items. Titles and descriptions are those of the map of competencies.
   */
  competencies: {
    id: string;
    weight: number;
    least: number;
    reserve: string[];
    text: Localised<{ title: string; description: string }>;
  }[];
  items: KitItem[];
  /** Net time of all items. */
  minutes: number;
  hash: string;
}

export interface CalibrationTranscript {
  id: string;
  question: string;
  /** The experts' score. */
  expert: ScalePoint;
  text: Localised<{ transcript: string; reason: string }>;
}

export interface PracticeTranscript extends CalibrationTranscript {
  /** What the reason quotes of the transcript, in its order. */
  quotes: Localised<string[]>;
}

export interface CalibrationSet {
  family: string;
  text: Localised<{ title: string; intro: string }>;
  /** Least shares, 0 to 1, of scores equal to the experts' and within one point of them. */
  pass: { withinOne: number; exact: number };
  validMonths: number;
  transcripts: CalibrationTranscript[];
  /** Scored for practice only, with feedback at once; none of them is among `transcripts`. */
  practice: PracticeTranscript[];
  /** Of what is counted: practice may change without touching certificates. */
  hash: string;
  practiceHash: string;
}

export const VERDICTS = ['wrong', 'dated', 'imprecise', 'unsupported'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One statement of the document that the product was asked for by, and what is the matter with it. */
export interface Erratum {
  id: string;
  verdict: Verdict;
  text: Localised<{
    /** What the document says. */
    says: string;
    finding: string;
  }>;
  /** Ids among the sources of the errata; arithmetic needs none. */
  evidence: string[];
  /** The question of the bank that says it right. */
  question?: string;
}

export interface Errata {
  text: Localised<{ title: string; intro: string }>;
  sources: Source[];
  entries: Erratum[];
  hash: string;
}

export interface Bank {
  questions: ReadonlyMap<string, Question>;
  competencies: ReadonlyMap<string, Competency>;
  errata: Errata;
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
