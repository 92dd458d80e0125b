/** @file What can be asked of the Label screen: labels and keys, one table for each way to label. Letters and digits are left to classes. */
import type { ActionEntry } from '../../components/actions.ts';

/** For the help page: bound by the classes themselves. */
const classKeys = { label: 'Label with the class of the key', keys: ['0–9', 'a–z'] } satisfies ActionEntry;
const pick = { label: 'Find a class', keys: ['/'] } satisfies ActionEntry;

export const oneActions = {
  accept: { label: 'Take the suggestion', keys: ['Enter'] },
  back: { label: 'Back', keys: ['ArrowLeft', 'Backspace'] },
  skip: { label: 'Skip', keys: ['ArrowRight'] },
  remove: { label: 'To the trash', keys: ['Delete'] },
  zoom: { label: 'Zoom', keys: [' '] },
  pick,
} satisfies Record<string, ActionEntry>;

export const pageActions = {
  accept: { label: 'Accept the page but for what is marked', keys: ['Enter'] },
  mark: { label: 'Mark, unmark', keys: [' '] },
  range: { label: 'Mark from the last marked to here', keys: ['Shift+ '] },
  clear: { label: 'Unmark all', keys: ['Escape'] },
  left: { label: 'Picture to the left', keys: ['ArrowLeft'] },
  right: { label: 'Picture to the right', keys: ['ArrowRight'] },
  up: { label: 'Row above', keys: ['ArrowUp'] },
  down: { label: 'Row below', keys: ['ArrowDown'] },
  next: { label: 'Next page', keys: ['PageDown'] },
  previous: { label: 'Previous page', keys: ['PageUp'] },
  pick,
} satisfies Record<string, ActionEntry>;

export const mistakeActions = {
  accept: { label: 'Take the suggestion', keys: ['Enter'] },
  keep: { label: 'It is right as it is', keys: ['ArrowRight'] },
  back: { label: 'Back', keys: ['ArrowLeft', 'Backspace'] },
  skip: { label: 'Leave open', keys: ['ArrowDown'] },
  remove: { label: 'To the trash', keys: ['Delete'] },
  zoom: { label: 'Zoom', keys: [' '] },
  pick,
} satisfies Record<string, ActionEntry>;

export const clusterActions = {
  accept: { label: 'Label the heap as suggested; in an audit: the rest of these is right', keys: ['Enter'] },
  next: { label: 'Next heap', keys: ['ArrowRight'] },
  previous: { label: 'Previous heap', keys: ['ArrowLeft'] },
  end: { label: 'End the audit', keys: ['Escape'] },
  pick,
} satisfies Record<string, ActionEntry>;

/** As the help page lists them. */
export const labelKeyGroups: readonly { title: string; actions: Record<string, ActionEntry> }[] = [
  { title: 'Label, one by one', actions: { classKeys, ...oneActions } },
  { title: 'Label, pages', actions: { classKeys, ...pageActions } },
  { title: 'Label, heaps', actions: { classKeys, ...clusterActions } },
  { title: 'Label, mistakes', actions: { classKeys, ...mistakeActions } },
];
