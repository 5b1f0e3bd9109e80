/** Single-key shortcuts: only outside text fields and dialogs, and they can be turned off (WCAG 2.1.4). */
import { useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';

export type Shortcuts = Record<string, () => void>;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('textarea, select, input:not([type="radio"]):not([type="checkbox"])'));

export function useShortcutsEnabled() {
  return useLocalStorage({ key: 'viva-shortcuts', defaultValue: true, getInitialValueInEffect: false });
}

export function useShortcuts(shortcuts: Shortcuts, enabled: boolean): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      // Escape and what goes with Ctrl or Cmd are no characters: they work while typing too.
      const modified = event.ctrlKey || event.metaKey;
      const chord = modified || event.key === 'Escape';
      const name = modified ? `Mod+${event.key}` : event.key;
      if (!chord && (!enabled || event.altKey || typing(event.target))) return;
      const run = latest.current[name];
      if (!run) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);
}
