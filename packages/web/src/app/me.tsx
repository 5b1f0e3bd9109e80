/** Who is signed in, for every page inside the layout. */
import { createContext, type ReactNode, useContext } from 'react';
import type { Person } from '../api/client.ts';

const MeContext = createContext<Person | null>(null);

export function MeProvider({ me, children }: { me: Person; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

export function useMe(): Person {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe: only inside the signed-in layout');
  return me;
}

/** Owners and leads run openings. */
export const leads = (person: Person): boolean => person.role === 'owner' || person.role === 'lead';
