/** The one place where the table of access is enforced: before a request is even parsed. */
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import type { Actor } from '../context.ts';
import { ACCESS, type Access, admits, type RouteName, type Who } from '../contract/access.ts';
import { forbidden, Refusal } from '../errors.ts';
import { Exchange } from './exchange.ts';
import { peerOf } from './peer.ts';

export type Identify = (headers: Headers) => Promise<Actor | undefined>;

const NAMED: Record<Exclude<Who, 'anyone' | 'signed-in'>, string> = {
  team: 'the hiring team',
  leads: 'the owner or a lead',
  owner: 'the owner',
};

/** @throws Refusal 401 where nobody is signed in, 403 where the table does not name this person's role */
function admit({ who, enrolling }: Access, actor: Actor | undefined): void {
  if (who === 'anyone') return;
  if (!actor) throw new Refusal(401, 'signed-out', 'Sign in first.');
  if (actor.mustEnrol && !enrolling)
    throw new Refusal(
      403,
      'second-factor-required',
      'The owner requires a second factor of owner and leads. Set yours up first, in your account.',
    );
  if (!admits(who, actor.role)) throw forbidden(who === 'signed-in' ? 'people with an account' : NAMED[who]);
}

/** Lets a request through to the route of this name, or refuses it. */
export const guard =
  (name: RouteName, identify: Identify): MiddlewareHandler =>
  async (c, next) => {
    const access: Access = ACCESS[name];
    const actor = access.who === 'anyone' ? undefined : await identify(c.req.raw.headers);
    admit(access, actor);
    c.set('exchange', new Exchange(c.req.raw, actor, peerOf(c)));
    await next();
  };

/** Who asks, after the guard. */
export const exchangeOf = (c: HonoContext): Exchange => c.get('exchange') as Exchange;
