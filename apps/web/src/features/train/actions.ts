/** @file What can be asked of the Train screens by key. */
import type { ActionEntry } from '../../components/actions.ts';

export const trainActions = {
  start: { label: 'Start a training', keys: ['n'] },
  tune: { label: 'Start a tuning', keys: ['t'] },
  compare: { label: 'Compare the selected runs', keys: ['c'] },
  clear: { label: 'Deselect all runs', keys: ['Escape'] },
} satisfies Record<string, ActionEntry>;
export type TrainActionName = keyof typeof trainActions;
