/** The frame of every signed-in page: side bar, banners, main region, the person's unsent drafts. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { Outlet, useMatches, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery, setupQuery } from '../api/queries.ts';
import { AuthoringDraftsProvider } from '../drafts/authoring-drafts.tsx';
import { DraftsProvider } from '../drafts/drafts-provider.tsx';
import { localeChosenHere, setLocale } from '../i18n/index.ts';
import classes from './layout.module.css';
import { MeProvider } from './me.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import { RouteFocus } from './route-focus.tsx';
import { SideBar } from './side-bar.tsx';
import { TopBar } from './top-bar.tsx';

export function Layout() {
  const { t } = useTranslation();
  const { data: setup } = useSuspenseQuery(setupQuery);
  const { data: me } = useSuspenseQuery(meQuery);
  const router = useRouter();
  const focus = useMatches().some((match) => match.staticData.focus);

  useEffect(() => {
    if (me && !localeChosenHere()) void setLocale(me.locale, { keep: false });
  }, [me]);

  // The session ended under an open page: the route's guard then leads to the sign-in page.
  useEffect(() => {
    if (!me) void router.invalidate();
  }, [me, router]);
  if (!me) return null;
  return (
    <MeProvider me={me}>
      <DraftsProvider key={me.id} personId={me.id}>
        <AuthoringDraftsProvider personId={me.id}>
          <a className={classes.skip} href="#main">
            {t('skipToContent')}
          </a>
          <div className={classes.frame} data-focus={focus || undefined}>
            <SideBar rail={focus} />
            <TopBar />
            <div className={classes.column}>
              {setup.demo && (
                <aside className={classes.demo} aria-label={t('demoLabel')}>
                  {t('demo')}
                </aside>
              )}
              <OfflineBanner />
              <main id="main" tabIndex={-1} className={classes.main} data-focus={focus || undefined}>
                <Outlet />
              </main>
            </div>
          </div>
          <RouteFocus />
        </AuthoringDraftsProvider>
      </DraftsProvider>
    </MeProvider>
  );
}
