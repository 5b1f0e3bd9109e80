/** A dialog on the browser's own <dialog>: it holds focus, closes on Escape and makes the rest inert by itself. */
import { X } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './dialog.module.css';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons at the foot, the one that goes on last. */
  actions?: ReactNode;
  /** Makes the content a form. */
  onSubmit?: () => void;
  wide?: boolean;
}

export function Dialog({ open, onClose, title, children, actions, onSubmit, wide }: DialogProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (open && dialog && !dialog.open) {
      dialog.showModal();
      // The first thing to fill in or choose; else the title, so that reading starts at the top.
      const first = dialog.querySelector<HTMLElement>(`.${classes.body} :is(input, textarea, select)`);
      (first ?? dialog.querySelector<HTMLElement>('h2'))?.focus();
    }
    if (!open && dialog?.open) dialog.close();
  }, [open]);

  const content = (
    <>
      <div className={classes.head}>
        <h2 id={titleId} tabIndex={-1} className={classes.title}>
          {title}
        </h2>
        <button type="button" className={classes.close} aria-label={t('close')} onClick={onClose}>
          <X size={18} aria-hidden />
        </button>
      </div>
      <div className={classes.body}>{children}</div>
      {actions && <div className={classes.foot}>{actions}</div>}
    </>
  );

  return (
    <dialog
      ref={ref}
      className={classes.dialog}
      data-wide={wide || undefined}
      aria-labelledby={titleId}
      onClose={onClose}
      onCancel={(event) => {
        // React must stay the one who decides whether the dialog is open.
        event.preventDefault();
        onClose();
      }}
    >
      {/* Unmounted when closed: each opening starts afresh. */}
      {open &&
        (onSubmit ? (
          <form
            noValidate
            className={classes.frame}
            onSubmit={(event: FormEvent) => {
              event.preventDefault();
              event.stopPropagation();
              onSubmit();
            }}
          >
            {content}
          </form>
        ) : (
          <div className={classes.frame}>{content}</div>
        ))}
    </dialog>
  );
}
