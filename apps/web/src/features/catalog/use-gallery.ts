/** @file The gallery's state: what is loaded, where the cursor is, what is selected; and what can be done with it. */
import { useState } from 'react';
import type { GalleryFilter } from './gallery-filter.ts';
import { renderFilter } from './gallery-filter.ts';
import { emptySelection, keepPresent, type Selection, selectAll, selectRange, toggle } from './selection.ts';
import { useMoveSamples } from './use-move-samples.tsx';
import { useSamples } from './use-samples.ts';

export type GalleryState = ReturnType<typeof useGallery>;

interface View {
  /** The filter it belongs to: another filter is another view, from its first picture. */
  address: string;
  cursor: number;
  selection: Selection;
}

export function useGallery(filter: GalleryFilter, open: (id: string) => void) {
  const list = useSamples(filter);
  const move = useMoveSamples();
  const address = renderFilter(filter).toString();
  const [view, setView] = useState<View>({ address, cursor: 0, selection: emptySelection });
  const current = view.address === address ? view : { address, cursor: 0, selection: emptySelection };

  const { samples, total } = list;
  const cursor = Math.min(current.cursor, Math.max(0, total - 1));
  const change = (part: Partial<View>): void => setView({ ...current, ...part });
  const idsInOrder = (): string[] => samples.map((sample) => sample.id);

  return {
    ...list,
    cursor,
    selection: current.selection,
    moveTo: (position: number) => change({ cursor: position }),
    toggleAt: (position: number) => {
      const sample = samples[position];
      if (sample) change({ cursor: position, selection: toggle(current.selection, position, sample.id) });
    },
    selectTo: (position: number) =>
      change({ cursor: position, selection: selectRange(current.selection, position, idsInOrder()) }),
    selectLoaded: () => change({ selection: selectAll(idsInOrder(), cursor) }),
    clearSelection: () => change({ selection: emptySelection }),
    openAt: (position: number) => {
      const sample = samples[position];
      if (!sample) return;
      change({ cursor: position });
      open(sample.id);
    },
    /** To the trash, or back from it where the trash is shown. */
    moveSamples: (ids: readonly string[]) => {
      if (ids.length === 0) return;
      move({ ids, to: filter.isTrash ? 'restore' : 'remove' });
      change({ selection: keepPresent(current.selection, new Set(ids)) });
    },
    /** What an action is about: the selection, or the picture under the cursor. */
    chosenIds: (): string[] => {
      if (current.selection.ids.size > 0) return [...current.selection.ids];
      const sample = samples[cursor];
      return sample ? [sample.id] : [];
    },
  };
}
