/** What this package throws. */

/** Every error of this package: `code` is stable, the message is English for a person and says what to do. */
export class AssistantError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** No model is set up, or what is set up cannot be read. */
export class ConfigurationError extends AssistantError {}

/** The model, or the way to it, failed. */
export class ModelError extends AssistantError {
  /** Whether the same call may succeed later: busy, down, too slow. */
  readonly retryable: boolean;
  /** What the server asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  constructor(
    code: string,
    message: string,
    options: ErrorOptions & { retryable?: boolean; retryAfterMs?: number | null } = {},
  ) {
    super(code, message, options);
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** A call would go over the tokens that were allowed. */
export class BudgetError extends AssistantError {
  constructor(spent: number, limit: number) {
    super(
      'budget-exhausted',
      `The token budget is used up: ${spent} of ${limit} tokens. Allow more, or ask for less (fewer samples, a narrower beam).`,
    );
  }
}

/** The model answered twice, and neither answer had the shape that was asked for. */
export class StructuredOutputError extends AssistantError {
  /** What was wrong with the second answer, one line a fault. */
  readonly issues: readonly string[];
  readonly text: string;
  constructor(model: string, issues: readonly string[], text: string) {
    const excerpt = text.length > 200 ? `${text.slice(0, 200)}…` : text;
    super(
      'structured-output',
      `${model} did not give the JSON that was asked for, nor after one correction: ${issues.join('; ')}. It said: ${JSON.stringify(excerpt)}. A larger model, or one whose server supports JSON schemas, may.`,
    );
    this.issues = issues;
    this.text = text;
  }
}

/** A data file of ours (prompts, query set, attacks) that is not as it should be. */
export class DataFileError extends AssistantError {
  constructor(file: string, message: string) {
    super('data-file', `${file}: ${message}`);
  }
}

export const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
