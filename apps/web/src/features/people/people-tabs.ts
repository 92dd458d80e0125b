/** @file The parts of the People screen: one record each, with the right that it needs. */
import type { Scope } from '@tintype/contracts/access';

export interface PeopleTab {
  path: string;
  label: string;
  scope: Scope;
}

export const peopleTabs = [
  { path: '/people/agreement', label: 'Agreement', scope: 'train' },
  { path: '/people/review', label: 'Review', scope: 'train' },
  { path: '/people/gold', label: 'Gold', scope: 'train' },
  { path: '/people/history', label: 'History', scope: 'label' },
  { path: '/people/users', label: 'Users', scope: 'admin' },
  { path: '/people/tokens', label: 'Tokens', scope: 'admin' },
  { path: '/people/audit', label: 'Audit', scope: 'admin' },
] as const satisfies readonly PeopleTab[];

export type PeoplePath = (typeof peopleTabs)[number]['path'];

/** Those that the rights allow, and the one that an address names: the first where it names none of them. */
export function findTab(path: string, scopes: readonly Scope[]) {
  const tabs = peopleTabs.filter(({ scope }) => scopes.includes(scope));
  const current = tabs.find((tab) => path === tab.path || path.startsWith(`${tab.path}/`)) ?? tabs[0];
  return { tabs, current };
}

export const historyPath = (annotator: string): string => `/people/history/${encodeURIComponent(annotator)}`;
