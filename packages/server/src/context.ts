/** What every use case is given. */
import type { Bank } from '@viva/bank';
import type { AdvisoryRunner } from './advisory/runner.ts';
import type { Models } from './assistant/models.ts';
import type { Auth } from './identity/auth.ts';
import type { LockEvents } from './interview/lock-events.ts';
import type { Store } from './store/store.ts';

export interface Context {
  store: Store;
  bank: Bank;
  auth: Auth;
  events: LockEvents;
  /** Language models, as far as any is set up. */
  models: Models;
  /** Rates transcripts in the background, where openings want it. */
  advisory: AdvisoryRunner;
  version: string;
  /** A demonstration server says so on every page. */
  demo: boolean;
}

/** The person on whose behalf a use case runs. */
export interface Actor {
  id: string;
  name: string;
  role: 'owner' | 'lead' | 'interviewer' | 'candidate';
  /** By which they are signed in; absent where somebody acts without one (tests, measurements). */
  session?: string;
  /** A second factor is required of them and not set up: they may do that, and nothing else. */
  mustEnrol?: boolean;
}
