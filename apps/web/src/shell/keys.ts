/** @file Every key of the page for its help, out of the same tables that bind them. */
import type { ActionEntry } from '../components/actions.ts';
import { undoActions } from '../components/undo.tsx';
import { galleryActions, pageActions, sampleActions } from '../features/catalog/actions.ts';
import { mapActions } from '../features/explore/map/map-actions.ts';
import { labelKeyGroups } from '../features/label/actions.ts';
import { shownReviewActions } from '../features/people/actions.ts';
import { tryActions } from '../features/serve/actions.ts';
import { trainActions } from '../features/train/actions.ts';
import { helpActions } from './help-actions.ts';

export const keyGroups: readonly { title: string; actions: Record<string, ActionEntry> }[] = [
  { title: 'Everywhere', actions: { ...undoActions, ...helpActions } },
  { title: 'Try', actions: tryActions },
  { title: 'Pictures, in the grid', actions: galleryActions },
  { title: 'Pictures, with one open', actions: sampleActions },
  { title: "A picture's page", actions: pageActions },
  ...labelKeyGroups,
  { title: 'Explore, on the map', actions: mapActions },
  { title: 'Train', actions: trainActions },
  { title: 'People, reviewing', actions: shownReviewActions },
];
