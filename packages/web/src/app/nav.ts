/** The side bar, one entry a page, in order. */
import type { LinkProps } from '@tanstack/react-router';
import type { Role } from '@viva/server/client';
import {
  BookOpen,
  BriefcaseBusiness,
  CircleUserRound,
  FlaskConical,
  House,
  Landmark,
  type LucideIcon,
  MessageCircleQuestion,
  MessagesSquare,
  PencilLine,
  Scale,
  Search,
  ShieldCheck,
  Users,
} from 'lucide-react';
import type { common } from '../i18n/en.ts';

export interface NavEntry {
  to: NonNullable<LinkProps['to']>;
  label: keyof typeof common.nav;
  icon: LucideIcon;
  roles: readonly Role[];
  /** Entries of one group stand together. */
  group: 'work' | 'library' | 'people';
}

const staff = ['owner', 'lead', 'interviewer'] as const;
const everybody = [...staff, 'candidate'] as const;

export const nav: readonly NavEntry[] = [
  { to: '/', label: 'home', icon: House, roles: staff, group: 'work' },
  { to: '/', label: 'applications', icon: House, roles: ['candidate'], group: 'work' },
  { to: '/openings', label: 'openings', icon: BriefcaseBusiness, roles: staff, group: 'work' },
  { to: '/search', label: 'search', icon: Search, roles: staff, group: 'work' },
  { to: '/bank', label: 'bank', icon: BookOpen, roles: staff, group: 'library' },
  { to: '/authoring', label: 'authoring', icon: PencilLine, roles: ['owner', 'lead'], group: 'library' },
  { to: '/assistant', label: 'assistant', icon: MessageCircleQuestion, roles: staff, group: 'library' },
  { to: '/labs', label: 'labs', icon: FlaskConical, roles: everybody, group: 'library' },
  { to: '/practice', label: 'practice', icon: MessagesSquare, roles: everybody, group: 'library' },
  { to: '/calibration', label: 'calibration', icon: Scale, roles: staff, group: 'library' },
  { to: '/privacy', label: 'privacy', icon: ShieldCheck, roles: ['owner', 'lead'], group: 'people' },
  { to: '/duties', label: 'duties', icon: Landmark, roles: everybody, group: 'people' },
  { to: '/people', label: 'people', icon: Users, roles: ['owner', 'lead'], group: 'people' },
  { to: '/account', label: 'account', icon: CircleUserRound, roles: everybody, group: 'people' },
];
