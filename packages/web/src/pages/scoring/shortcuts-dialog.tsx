import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/dialog.tsx';
import classes from './scoring.module.css';

const keys = [
  ['1 – 5', 'score'],
  ['E', 'evidence'],
  ['X', 'notAsked'],
  ['N', 'note'],
  ['J', 'next'],
  ['K', 'previous'],
  ['T', 'timer'],
  ['S', 'submit'],
  ['Ctrl / ⌘ + Enter', 'nextWhileTyping'],
  ['Esc', 'leaveField'],
  ['?', 'help'],
] as const;

interface ShortcutsDialogProps {
  open: boolean;
  onClose: () => void;
  enabled: boolean;
  onEnabled: (enabled: boolean) => void;
}

export function ShortcutsDialog({ open, onClose, enabled, onEnabled }: ShortcutsDialogProps) {
  const { t } = useTranslation(['scoring', 'common']);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('shortcuts.title')}
      actions={
        <Button variant="filled" onClick={onClose}>
          {t('common:close')}
        </Button>
      }
    >
      <dl className={classes.keys}>
        {keys.map(([key, name]) => (
          <div key={name}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`shortcuts.${name}`)}</dd>
          </div>
        ))}
      </dl>
      <label className={classes.check}>
        <input
          type="checkbox"
          checked={enabled}
          onChange={(event) => onEnabled(event.currentTarget.checked)}
        />
        <span>{t('shortcuts.enabled')}</span>
      </label>
    </Dialog>
  );
}
