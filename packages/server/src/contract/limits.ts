/**
 * How long lists grow that come whole, because whoever reads one needs all of it. Each is held where the list grows, or by
 * the query that reads it, newest first. `paging.test.ts` sees that every list of a response has a bound or comes by the page.
 */

/** Questions of a kit or an opening, and its competencies. */
export const MOST_ITEMS = 60;
export const MOST_COMPETENCIES = 20;
export const MOST_SEATS = 30;
/** People who held one seat after another. */
export const MOST_HOLDERS = 20;
/** Whoever may have rated in one opening; the advisory rater is one more. */
export const MOST_RATERS = MOST_SEATS * MOST_HOLDERS + 1;
/** Of one opening: its decision ranks all of them together. */
export const MOST_CANDIDATES = 1_000;
/** Sessions of one candidate, cancelled ones too. */
export const MOST_SESSIONS = 50;
/** Of one rating. */
export const MOST_AMENDMENTS = 10;
/** One rater's ratings of one candidate. */
export const MOST_OWN_RATINGS = MOST_ITEMS * (1 + MOST_AMENDMENTS);
/** Of one candidate. */
export const MOST_TRANSCRIPTS = 500;
/** Runs of labs that one application holds: enough to show work, too few to bury a panel. */
export const MOST_WORK_SAMPLES = 10;
/** Sessions that one account is shown; ending all others ends the rest too. */
export const MOST_SIGNED_IN = 100;
export const MOST_PASSKEYS = 20;
/** Questions and answers of one chat. */
export const MOST_TURNS = 200;
/** What happened to one question or proposal, the latest. */
export const MOST_EVENTS = 200;
/** Published versions of one question. */
export const MOST_VERSIONS = 200;
/** Openings that asked one question, the latest. */
export const MOST_USES = 200;
/** What is asked of a model to see whether it works. */
export const MOST_CHECKS = 6;
/** What one search finds, of all kinds together. */
export const MOST_HITS = 40;
