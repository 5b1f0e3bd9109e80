/** What a handler knows of the request beside its input: who asks, and the cookies to set. */
import type { Actor } from '../context.ts';
import type { CallOutput, HandlerInput } from '../contract/route.ts';
import type { Routes } from '../contract/routes.ts';
import { Refusal } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { Peer } from './peer.ts';

export class Exchange implements Caller {
  readonly headers: Headers;
  /** Aborted when whoever asks goes away. */
  readonly signal: AbortSignal;
  /** `Set-Cookie` values for the answer. */
  readonly cookies: string[] = [];
  readonly address: string | undefined;
  readonly origin: string | undefined;
  readonly #actor: Actor | undefined;
  constructor(
    { headers, signal }: Pick<Request, 'headers' | 'signal'>,
    actor: Actor | undefined,
    { address, origin }: Peer = { address: undefined, origin: undefined },
  ) {
    this.headers = headers;
    this.signal = signal;
    this.address = address;
    this.origin = origin;
    this.#actor = actor;
  }
  /** @throws Refusal 401 where nobody is signed in. */
  get actor(): Actor {
    if (!this.#actor) throw new Refusal(401, 'signed-out', 'Sign in first.');
    return this.#actor;
  }
}

export type Handlers = {
  [K in keyof Routes]: (input: HandlerInput<Routes[K]>, exchange: Exchange) => Promise<CallOutput<Routes[K]>>;
};
