/** @file What can be asked of the map: labels and keys in one table. */
import { type Action, type ActionEntry, bindActions } from '../../../components/actions.ts';
import type { Direction } from './points.ts';

export const mapActions = {
  left: { label: 'Next point to the left', keys: ['ArrowLeft'] },
  right: { label: 'Next point to the right', keys: ['ArrowRight'] },
  up: { label: 'Next point above', keys: ['ArrowUp'] },
  down: { label: 'Next point below', keys: ['ArrowDown'] },
  toggle: { label: 'Choose the point, or not', keys: [' '] },
  open: { label: 'Open the picture', keys: ['Enter'] },
  all: { label: 'Choose all points that are shown', keys: ['Mod+a'] },
  clear: { label: 'Choose none', keys: ['Escape'] },
  zoomIn: { label: 'Closer', keys: ['+', '='] },
  zoomOut: { label: 'Farther', keys: ['-'] },
  whole: { label: 'The whole map', keys: ['0'] },
  tool: { label: 'Draw around points, or move the map', keys: ['l'] },
} satisfies Record<string, ActionEntry>;

type Steps = 'left' | 'right' | 'up' | 'down';

export function bindMapActions(
  performs: Record<Exclude<keyof typeof mapActions, Steps>, () => unknown> & { step: (direction: Direction) => void },
): Action[] {
  const { step, ...rest } = performs;
  const perform = Object.fromEntries(Object.entries(rest).map(([name, ask]) => [name, () => void ask()])) as Record<
    Exclude<keyof typeof mapActions, Steps>,
    () => void
  >;
  return bindActions(mapActions, {
    ...perform,
    left: () => step('left'),
    right: () => step('right'),
    up: () => step('up'),
    down: () => step('down'),
  });
}
