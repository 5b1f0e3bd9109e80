/** What a handler knows of the request beside its input: who asks, and the cookies to set. */
import type { Actor } from '../context.ts';
import type { CallOutput, HandlerInput } from '../contract/route.ts';
import type { Routes } from '../contract/routes.ts';
import { Refusal } from '../errors.ts';

export class Exchange {
  readonly headers: Headers;
  /** Aborted when whoever asks goes away. */
  readonly signal: AbortSignal;
  /** `Set-Cookie` values for the answer. */
  readonly cookies: string[] = [];
  readonly #actor: Actor | undefined;
  constructor(headers: Headers, actor: Actor | undefined, signal = new AbortController().signal) {
    this.headers = headers;
    this.signal = signal;
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
