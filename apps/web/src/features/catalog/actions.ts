/** @file What can be asked of the gallery, of an open picture and of a picture's page: labels and keys in one table each. */
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
  open: { label: 'Open beside the grid', keys: ['Enter'] },
  page: { label: "Open the picture's page", keys: ['o'] },
  toggle: { label: 'Select or deselect', keys: [' '] },
  range: { label: 'Select from the last selected to here', keys: ['Shift+ '] },
  all: { label: 'Select all that match', keys: ['Mod+a'] },
  clear: { label: 'Deselect all', keys: ['Escape'] },
  label: { label: 'Give a class', keys: ['l'] },
  tag: { label: 'Tag', keys: ['t'] },
  group: { label: 'Declare a group', keys: ['g'] },
  remove: { label: 'Move to the trash', keys: ['Delete'] },
  restore: { label: 'Restore from the trash', keys: ['r'] },
  search: { label: 'Search in the paths', keys: ['/'] },
  larger: { label: 'Larger pictures', keys: ['+'] },
  smaller: { label: 'Smaller pictures', keys: ['-'] },
} satisfies Record<string, ActionEntry>;
export type GalleryActionName = keyof typeof galleryActions;

export const sampleActions = {
  previous: { label: 'Previous picture', keys: ['ArrowLeft'] },
  next: { label: 'Next picture', keys: ['ArrowRight'] },
  page: galleryActions.page,
  remove: galleryActions.remove,
  restore: galleryActions.restore,
  close: { label: 'Close', keys: ['Escape'] },
} satisfies Record<string, ActionEntry>;

export const pageActions = {
  previous: sampleActions.previous,
  next: sampleActions.next,
  label: galleryActions.label,
  tag: galleryActions.tag,
  group: galleryActions.group,
  remove: galleryActions.remove,
  restore: galleryActions.restore,
  back: { label: 'Back to the grid', keys: ['Escape'] },
} satisfies Record<string, ActionEntry>;
