/** Who may do what, before the database has its say. */
import type { Actor } from '../context.ts';
import { forbidden } from '../errors.ts';

export const leads = (actor: Actor): boolean => actor.role === 'owner' || actor.role === 'lead';

/** @throws Refusal 403 */
export function requireLead(actor: Actor): void {
  if (!leads(actor)) throw forbidden('the owner or a lead');
}

/** Everybody of the hiring team; candidates see only their own applications. @throws Refusal 403 */
export function requireTeam(actor: Actor): void {
  if (actor.role === 'candidate') throw forbidden('the hiring team');
}
