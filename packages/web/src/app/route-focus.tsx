/** On a new page, names it in the title and moves the reading position to its start, as a page load would. */
import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

export function RouteFocus() {
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (pathname === undefined) return;
    const moved = before.current !== undefined && before.current !== pathname;
    before.current = pathname;
    if (moved && !document.querySelector('dialog[open]'))
      document.getElementById('main')?.focus({ preventScroll: true });
  }, [pathname]);
  return null;
}
