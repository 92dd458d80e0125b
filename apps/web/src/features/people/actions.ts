/** @file What can be asked of the queue of disagreements: labels and keys in one table. */
import type { ActionEntry } from '../../components/actions.ts';

export const reviewActions = {
  skip: { label: 'Next picture, undecided', keys: ['ArrowRight', ' '] },
  back: { label: 'Picture before', keys: ['ArrowLeft'] },
  gold: { label: 'Also ask everybody else about it (gold question), or not', keys: ['g'] },
} satisfies Record<string, ActionEntry>;
export type ReviewActionName = keyof typeof reviewActions;

/** Shown in the help beside the others: a digit for each choice. */
export const shownReviewActions: Record<string, ActionEntry> = {
  choose: { label: 'Decide for the class with this number', keys: ['1', '2', '3'] },
  ...reviewActions,
};
