/** What the table of access promises this person in this state. Pure. */
import { type Access, admits, SESSION_MOVES, type State } from '../contract/access.ts';
import type { Place } from './access-requests.ts';
import { ROLE, type Someone, type STRANGERS } from './access-stage.ts';

type Anybody = Someone | (typeof STRANGERS)[number];

/** `pass`, a status, or a conflict's code. */
export type Verdict = 'pass' | 401 | 403 | 404 | string;

const LEADS: readonly Someone[] = ['owner', 'lead', 'other-lead'];
const PANEL: readonly Someone[] = ['panelist', 'colleague', 'former'];
/** States in which the panelist has submitted, and the colleague too. */
const SUBMITTED: readonly State[] = ['locked', 'revealed', 'panel-closed', 'closed-sealed', 'closed'];
const ALL_SUBMITTED: readonly State[] = ['revealed', 'closed'];
const REVEALED: readonly State[] = ['revealed', 'panel-closed', 'closed'];

const submitted = (who: Someone, state: State): boolean =>
  (who === 'panelist' && SUBMITTED.includes(state)) || (who === 'colleague' && ALL_SUBMITTED.includes(state));

/** Whose the chat, the session, the passkey and the practice interview of the stage are. */
const ownerOf = (name: string): Someone => (/practice/i.test(name) ? 'candidate' : 'panelist');

function sees({ of }: Access, who: Someone, { state }: Place, owns: Someone): boolean {
  // A draft's panel is simply edited, so nobody has held a seat of it.
  const team = LEADS.includes(who) || (PANEL.includes(who) && !(who === 'former' && state === 'draft'));
  switch (of) {
    case undefined:
      return true;
    case 'opening':
    case 'session':
      return team;
    case 'candidate':
      return team || who === 'candidate';
    case 'application':
      return who === 'candidate';
    case 'rating':
      return SUBMITTED.includes(state) && (who === 'panelist' || (team && REVEALED.includes(state)));
    case 'proposal':
    case 'certificate':
      return LEADS.includes(who);
    case 'own':
      return who === owns;
  }
}

const may = ({ by }: Access, who: Someone): boolean =>
  by === undefined ||
  by === 'not-author' ||
  (by === 'seat' && (who === 'panelist' || who === 'colleague')) ||
  (by === 'seat-or-lead' && (who === 'panelist' || who === 'colleague' || LEADS.includes(who))) ||
  (by === 'candidate' && who === 'candidate') ||
  (by === 'rater' && who === 'panelist') ||
  (by === 'author' && who === 'lead');

export function verdictOf(name: string, access: Access, who: Anybody, place: Place): Verdict {
  if (access.who === 'anyone') return 'pass';
  if (who === 'anonymous' || who === 'revoked') return 401;
  if (!admits(access.who, ROLE[who])) return 403;
  if (!sees(access, who, place, ownerOf(name))) return 404;
  if (!may(access, who)) return 403;
  if (access.by === 'not-author' && who === 'lead') return 'own-proposal';
  const conflicts = submitted(who, place.state) ? (access.unlessSubmitted ?? access.unless) : access.unless;
  if (access.of === 'session') {
    const { who: movers, from, otherwise } = SESSION_MOVES[place.move];
    if (!admits(movers, ROLE[who])) return 403;
    return (from as readonly string[]).includes(place.session) ? 'pass' : otherwise;
  }
  const state = access.of === 'proposal' ? place.proposal : place.state;
  for (const [code, states = []] of Object.entries(conflicts ?? {}))
    if ((states as readonly string[]).includes(state)) return code;
  return 'pass';
}
