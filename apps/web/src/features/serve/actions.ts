/** @file What can be asked of the Try screen. */
import type { ActionEntry } from '../../components/actions.ts';

export const tryActions = {
  choose: { label: 'Choose pictures, on the drop target', keys: ['Enter'] },
  paste: { label: 'Paste pictures, or the address of one', keys: ['Mod+v'] },
  shoot: { label: 'Take a picture, with the camera open', keys: [' '] },
} satisfies Record<string, ActionEntry>;
