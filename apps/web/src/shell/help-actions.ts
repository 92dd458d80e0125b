/** @file What opens the help of keys. */
import type { ActionEntry } from '../components/actions.ts';

export const helpActions = { keys: { label: 'Show the keys', keys: ['?'] } } satisfies Record<string, ActionEntry>;
