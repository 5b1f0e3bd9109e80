/** Brand, pages, preferences. On the scoring page only a rail of icons; on a phone it lives in `TopBar`. */
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Brand } from '../ui/brand.tsx';
import { LocaleSwitch, SchemeSwitch } from '../ui/preferences.tsx';
import { AccountLine } from './account-line.tsx';
import { useMe } from './me.tsx';
import { nav } from './nav.ts';
import classes from './side-bar.module.css';

const groups = ['work', 'library', 'people'] as const;

export function NavLinks({ rail, onGo }: { rail?: boolean; onGo?: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <nav aria-label={t('mainNavigation')} className={classes.nav} data-rail={rail || undefined}>
      {groups.map((group) => {
        const entries = nav.filter((entry) => entry.group === group && entry.roles.includes(me.role));
        if (entries.length === 0) return null;
        return (
          <ul key={group} className={classes.group}>
            {entries.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  className={classes.link}
                  activeOptions={{ exact: to === '/' }}
                  activeProps={{ 'data-active': true }}
                  title={rail ? t(`nav.${label}`) : undefined}
                  onClick={onGo}
                >
                  <Icon size={16} strokeWidth={1.75} aria-hidden />
                  <span className={rail ? 'sr-only' : undefined}>{t(`nav.${label}`)}</span>
                </Link>
              </li>
            ))}
          </ul>
        );
      })}
    </nav>
  );
}

export function SideBar({ rail }: { rail: boolean }) {
  return (
    <header className={classes.bar} data-rail={rail || undefined}>
      <Link to="/" className={classes.brand}>
        <Brand compact={rail} />
      </Link>
      <NavLinks rail={rail} />
      {!rail && (
        <div className={classes.foot}>
          <div className={classes.switches}>
            <LocaleSwitch name="side-locale" />
            <SchemeSwitch name="side-scheme" />
          </div>
          <AccountLine />
        </div>
      )}
    </header>
  );
}
