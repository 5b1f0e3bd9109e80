/** On a phone: brand, and a drawer with what the side bar has. */
import { Link } from '@tanstack/react-router';
import { Menu, X } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Brand } from '../ui/brand.tsx';
import { LocaleSwitch, SchemeSwitch } from '../ui/preferences.tsx';
import { AccountLine } from './account-line.tsx';
import { NavLinks } from './side-bar.tsx';
import classes from './top-bar.module.css';

export function TopBar() {
  const { t } = useTranslation();
  const drawer = useRef<HTMLDialogElement>(null);
  const close = () => drawer.current?.close();
  return (
    <header className={classes.bar}>
      <Link to="/" className={classes.brand}>
        <Brand />
      </Link>
      <button
        type="button"
        className={classes.button}
        aria-label={t('openMenu')}
        aria-haspopup="dialog"
        onClick={() => drawer.current?.showModal()}
      >
        <Menu size={20} aria-hidden />
      </button>
      <dialog ref={drawer} className={classes.drawer} aria-label={t('menu')}>
        <div className={classes.drawerHead}>
          <Brand />
          <button type="button" className={classes.button} aria-label={t('close')} onClick={close}>
            <X size={20} aria-hidden />
          </button>
        </div>
        <NavLinks onGo={close} />
        <div className={classes.foot}>
          <div className={classes.switches}>
            <LocaleSwitch name="top-locale" />
            <SchemeSwitch name="top-scheme" />
          </div>
          <AccountLine />
        </div>
      </dialog>
    </header>
  );
}
