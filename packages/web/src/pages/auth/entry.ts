/** After an account has signed in, by whatever door. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Person } from '../../api/client.ts';
import { meQuery, setupQuery } from '../../api/queries.ts';
import { setLocale } from '../../i18n/index.ts';

/** Takes the person in: nothing that an earlier person had read stays in memory. */
export function useEnter(): (person: Person, next?: string) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useCallback(
    async (person, next) => {
      const setup = client.getQueryData(setupQuery.queryKey);
      client.clear();
      if (setup) client.setQueryData(setupQuery.queryKey, { ...setup, needsOwner: false });
      client.setQueryData(meQuery.queryKey, person);
      await setLocale(person.locale, { keep: false });
      // Only a path of our own: `next` comes from the address bar.
      const inside = next?.startsWith('/') && !next.startsWith('//') ? next : '/';
      await navigate({ href: inside });
    },
    [client, navigate],
  );
}
