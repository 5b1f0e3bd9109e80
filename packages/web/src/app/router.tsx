/**
 * Every address of the app. To add a page: one `createRoute` here (lazy, by its named export), its name in
 * `addChildren`, and, where it belongs in the side bar, one entry in `nav.ts`.
 */
import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { meQuery, setupQuery } from '../api/queries.ts';
import { Loading } from '../ui/loading.tsx';
import { ErrorPage } from './error-page.tsx';
import { Layout } from './layout.tsx';
import { lazyPage } from './lazy-page.tsx';
import { LostPage, NotFoundPage } from './not-found-page.tsx';
import { queryClient } from './query-client.ts';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The side bar shrinks to a rail, to leave the room to the page. */
    focus?: boolean;
  }
  interface Register {
    router: typeof router;
  }
}

const root = createRootRoute({ component: Outlet, notFoundComponent: LostPage });

// Before signing in
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  beforeLoad: async () => {
    const { needsOwner } = await queryClient.ensureQueryData(setupQuery);
    if (!needsOwner) throw redirect({ to: '/signin' });
  },
  component: lazyPage(() => import('../pages/auth/setup-page.tsx'), 'SetupPage'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  beforeLoad: async () => {
    const { needsOwner } = await queryClient.ensureQueryData(setupQuery);
    if (needsOwner) throw redirect({ to: '/setup' });
  },
  validateSearch: z.object({ next: z.string().optional().catch(undefined) }),
  component: lazyPage(() => import('../pages/auth/sign-in-page.tsx'), 'SignInPage'),
});
const join = createRoute({
  getParentRoute: () => root,
  path: '/join/$token',
  component: lazyPage(() => import('../pages/auth/join-page.tsx'), 'JoinPage'),
});

const dataLink = createRoute({
  getParentRoute: () => root,
  path: '/my-data/$token',
  component: lazyPage(() => import('../pages/privacy/data-link-page.tsx'), 'DataLinkPage'),
});

/** Everything below needs somebody signed in. */
const layout = createRoute({
  getParentRoute: () => root,
  id: 'layout',
  beforeLoad: async ({ location }) => {
    const [{ needsOwner }, me] = await Promise.all([
      queryClient.ensureQueryData(setupQuery),
      queryClient.ensureQueryData(meQuery),
    ]);
    if (needsOwner) throw redirect({ to: '/setup' });
    if (!me) throw redirect({ to: '/signin', search: location.href === '/' ? {} : { next: location.href } });
    if (me.mustEnrol && location.pathname !== '/account/security')
      throw redirect({ to: '/account/security' });
  },
  component: Layout,
  notFoundComponent: NotFoundPage,
});

const home = createRoute({
  getParentRoute: () => layout,
  path: '/',
  component: lazyPage(() => import('../pages/home/home-page.tsx'), 'HomePage'),
});

// Openings
const openings = createRoute({
  getParentRoute: () => layout,
  path: '/openings',
  component: lazyPage(() => import('../pages/openings/openings-page.tsx'), 'OpeningsPage'),
});
const newOpening = createRoute({
  getParentRoute: () => layout,
  path: '/openings/new',
  component: lazyPage(() => import('../pages/openings/new-opening-page.tsx'), 'NewOpeningPage'),
});
const opening = createRoute({
  getParentRoute: () => layout,
  path: '/openings/$openingId',
  validateSearch: z.object({
    tab: z.enum(['overview', 'panel', 'candidates', 'sessions', 'history']).optional().catch(undefined),
  }),
  component: lazyPage(() => import('../pages/openings/opening-page.tsx'), 'OpeningPage'),
});
const decision = createRoute({
  getParentRoute: () => layout,
  path: '/openings/$openingId/decision',
  validateSearch: z.object({ top: z.coerce.number().int().min(1).max(1000).optional().catch(undefined) }),
  component: lazyPage(() => import('../pages/decision/decision-page.tsx'), 'DecisionPage'),
});

// Library, people, search
const bank = createRoute({
  getParentRoute: () => layout,
  path: '/bank',
  validateSearch: z.object({
    q: z.string().optional().catch(undefined),
    kind: z.string().optional().catch(undefined),
  }),
  component: lazyPage(() => import('../pages/bank/bank-page.tsx'), 'BankPage'),
});
const question = createRoute({
  getParentRoute: () => layout,
  path: '/bank/questions/$question',
  component: lazyPage(() => import('../pages/bank/question-page.tsx'), 'QuestionPage'),
});
const kits = createRoute({
  getParentRoute: () => layout,
  path: '/bank/kits',
  component: lazyPage(() => import('../pages/bank/kits-page.tsx'), 'KitsPage'),
});
const kit = createRoute({
  getParentRoute: () => layout,
  path: '/bank/kits/$kit',
  component: lazyPage(() => import('../pages/bank/kit-page.tsx'), 'KitPage'),
});
const errata = createRoute({
  getParentRoute: () => layout,
  path: '/bank/errata',
  component: lazyPage(() => import('../pages/bank/errata-page.tsx'), 'ErrataPage'),
});
const bankExchange = createRoute({
  getParentRoute: () => layout,
  path: '/bank/exchange',
  validateSearch: z.object({ scope: z.string().max(200).optional().catch(undefined) }),
  component: lazyPage(() => import('../pages/bank/exchange-page.tsx'), 'ExchangePage'),
});
const calibrations = createRoute({
  getParentRoute: () => layout,
  path: '/calibration',
  component: lazyPage(() => import('../pages/calibration/calibrations-page.tsx'), 'CalibrationsPage'),
});
const calibration = createRoute({
  getParentRoute: () => layout,
  path: '/calibration/$family',
  component: lazyPage(() => import('../pages/calibration/calibration-page.tsx'), 'CalibrationPage'),
});
const calibrationPractice = createRoute({
  getParentRoute: () => layout,
  path: '/calibration/$family/practice',
  component: lazyPage(
    () => import('../pages/calibration/calibration-practice-page.tsx'),
    'CalibrationPracticePage',
  ),
});
const certificate = createRoute({
  getParentRoute: () => layout,
  path: '/certificates/$attempt',
  component: lazyPage(() => import('../pages/calibration/certificate-page.tsx'), 'CertificatePage'),
});
const people = createRoute({
  getParentRoute: () => layout,
  path: '/people',
  component: lazyPage(() => import('../pages/people/people-page.tsx'), 'PeoplePage'),
});
const account = createRoute({
  getParentRoute: () => layout,
  path: '/account',
  component: lazyPage(() => import('../pages/account/account-page.tsx'), 'AccountPage'),
});
const accountSecurity = createRoute({
  getParentRoute: () => layout,
  path: '/account/security',
  component: lazyPage(() => import('../pages/account/security-page.tsx'), 'SecurityPage'),
});
const search = createRoute({
  getParentRoute: () => layout,
  path: '/search',
  validateSearch: z.object({ q: z.coerce.string().optional().catch(undefined) }),
  component: lazyPage(() => import('../pages/search/search-page.tsx'), 'SearchPage'),
});

// Authoring
const authoring = createRoute({
  getParentRoute: () => layout,
  path: '/authoring',
  component: lazyPage(() => import('../pages/authoring/authoring-page.tsx'), 'AuthoringPage'),
});
const proposal = createRoute({
  getParentRoute: () => layout,
  path: '/authoring/proposals/$proposalId',
  validateSearch: z.object({
    view: z.enum(['write', 'changes', 'read', 'discussion']).optional().catch(undefined),
  }),
  staticData: { focus: true },
  component: lazyPage(() => import('../pages/authoring/proposal-page.tsx'), 'ProposalPage'),
});
const questionRecord = createRoute({
  getParentRoute: () => layout,
  path: '/authoring/questions/$question',
  component: lazyPage(() => import('../pages/authoring/record-page.tsx'), 'RecordPage'),
});

// Labs
const labs = createRoute({
  getParentRoute: () => layout,
  path: '/labs',
  component: lazyPage(() => import('../pages/labs/labs-page.tsx'), 'LabsPage'),
});
const lab = createRoute({
  getParentRoute: () => layout,
  path: '/labs/$lab',
  // The lab's own parameters, which its page checks.
  validateSearch: z.looseObject({ seed: z.coerce.number().int().min(0).optional().catch(undefined) }),
  component: lazyPage(() => import('../pages/labs/lab-route.tsx'), 'LabRoute'),
});

// The assistant, practice
const assistant = createRoute({
  getParentRoute: () => layout,
  path: '/assistant',
  component: lazyPage(() => import('../pages/assistant/assistant-page.tsx'), 'AssistantPage'),
});
const chat = createRoute({
  getParentRoute: () => layout,
  path: '/assistant/chats/$chat',
  component: lazyPage(() => import('../pages/assistant/assistant-page.tsx'), 'ChatPage'),
});
const model = createRoute({
  getParentRoute: () => layout,
  path: '/assistant/model',
  component: lazyPage(() => import('../pages/assistant/model-page.tsx'), 'ModelPage'),
});
const aiUses = createRoute({
  getParentRoute: () => layout,
  path: '/ai-uses',
  validateSearch: z.object({ opening: z.uuid().optional().catch(undefined) }),
  component: lazyPage(() => import('../pages/advisory/uses-page.tsx'), 'UsesPage'),
});
const practices = createRoute({
  getParentRoute: () => layout,
  path: '/practice',
  component: lazyPage(() => import('../pages/practice/practices-page.tsx'), 'PracticesPage'),
});
const practice = createRoute({
  getParentRoute: () => layout,
  path: '/practice/$practice',
  component: lazyPage(() => import('../pages/practice/practice-page.tsx'), 'PracticePage'),
});

// Privacy
const myData = createRoute({
  getParentRoute: () => layout,
  path: '/applications/$candidateId/data',
  component: lazyPage(() => import('../pages/privacy/my-data-page.tsx'), 'MyDataPage'),
});
const privacy = createRoute({
  getParentRoute: () => layout,
  path: '/privacy',
  component: lazyPage(() => import('../pages/privacy/privacy-page.tsx'), 'PrivacyPage'),
});
const duties = createRoute({
  getParentRoute: () => layout,
  path: '/duties',
  component: lazyPage(() => import('../pages/privacy/duties-page.tsx'), 'DutiesPage'),
});

// Candidates
const candidate = createRoute({
  getParentRoute: () => layout,
  path: '/candidates/$candidateId',
  component: lazyPage(() => import('../pages/candidates/candidate-page.tsx'), 'CandidatePage'),
});
const scoring = createRoute({
  getParentRoute: () => layout,
  path: '/candidates/$candidateId/score',
  validateSearch: z.object({ q: z.string().optional().catch(undefined) }),
  staticData: { focus: true },
  component: lazyPage(() => import('../pages/scoring/scoring-page.tsx'), 'ScoringPage'),
});

const routeTree = root.addChildren([
  setup,
  signIn,
  join,
  dataLink,
  layout.addChildren([
    home,
    openings,
    newOpening,
    opening,
    decision,
    candidate,
    scoring,
    bank,
    question,
    kits,
    kit,
    errata,
    bankExchange,
    calibrations,
    calibration,
    calibrationPractice,
    certificate,
    people,
    account,
    accountSecurity,
    search,
    authoring,
    proposal,
    questionRecord,
    labs,
    lab,
    assistant,
    chat,
    model,
    aiUses,
    practices,
    practice,
    myData,
    privacy,
    duties,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
  defaultPendingMs: 150,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});
