/** @file What can be asked of the gallery and of an open picture: labels and keys in one table each. */
import type { ActionEntry } from '../../components/actions.ts';

export const galleryActions = {
  left: { label: 'Previous picture', keys: ['ArrowLeft'] },
  right: { label: 'Next picture', keys: ['ArrowRight'] },
  up: { label: 'Row above', keys: ['ArrowUp'] },
  down: { label: 'Row below', keys: ['ArrowDown'] },
  pageUp: { label: 'Screen up', keys: ['PageUp'] },
  pageDown: { label: 'Screen down', keys: ['PageDown'] },
  first: { label: 'First picture', keys: ['Home'] },
  last: { label: 'Last picture', keys: ['End'] },
  open: { label: 'Open', keys: ['Enter'] },
  toggle: { label: 'Select or deselect', keys: [' '] },
  range: { label: 'Select from the last selected to here', keys: ['Shift+ '] },
  all: { label: 'Select all that are loaded', keys: ['Mod+a'] },
  clear: { label: 'Deselect all', keys: ['Escape'] },
  remove: { label: 'Move to the trash', keys: ['Delete'] },
  restore: { label: 'Restore from the trash', keys: ['r'] },
} satisfies Record<string, ActionEntry>;
export type GalleryActionName = keyof typeof galleryActions;

export const sampleActions = {
  previous: { label: 'Previous picture', keys: ['ArrowLeft'] },
  next: { label: 'Next picture', keys: ['ArrowRight'] },
  remove: galleryActions.remove,
  restore: galleryActions.restore,
  close: { label: 'Close', keys: ['Escape'] },
} satisfies Record<string, ActionEntry>;
