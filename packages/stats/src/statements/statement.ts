/** What a result says about itself: codes with figures that pages can put in any language, English text beside them. */
import { statementText } from './statement-text.ts';

/** `fatal`: the measures mean nothing. `limits`: they hold, but not for everything. `note`: good to know. */
export type StatementLevel = 'fatal' | 'limits' | 'note';

export type StatementParams = Record<string, string | number | readonly string[]>;

/** A stable code with its figures, so that a page can say it in any language; `text` is the English default. */
export interface Statement {
  code: string;
  level: StatementLevel;
  params: StatementParams;
  text: string;
}

export interface Advice {
  code: string;
  params: StatementParams;
  text: string;
}

/** A statement with its English text. */
export const statement = (code: string, level: StatementLevel, params: StatementParams = {}): Statement => ({
  code,
  level,
  params,
  text: statementText(code, params),
});

export const advice = (code: string, params: StatementParams = {}): Advice => ({
  code,
  params,
  text: statementText(code, params),
});
