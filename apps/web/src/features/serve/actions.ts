/** @file What can be asked of the Try screen. */
import type { ActionEntry } from '../../components/actions.ts';

export const tryActions = {
  choose: { label: 'Choose pictures, on the drop target', keys: ['Enter'] },
  paste: { label: 'Paste pictures', keys: ['Mod+v'] },
} satisfies Record<string, ActionEntry>;
