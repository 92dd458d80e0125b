/** @file The gallery's state: what is in sight, where the cursor is, what is selected; and what can be done with it. */
import type { ListedSample, SampleKey } from '@tintype/contracts/catalog';
import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { type PicturesQuery, renderFilter, samplePath } from './gallery-filter.ts';
import { renderPlace } from './place.ts';
import { readKeys } from './read-keys.ts';
import type { Range } from './sample-pages.ts';
import { add, emptySelection, rangeTo, type Selection, toggle, without } from './selection.ts';
import { showProblem, useCuration } from './use-curation.ts';
import { useGalleryPages } from './use-gallery-pages.ts';

export type GalleryState = ReturnType<typeof useGallery>;

interface View {
  /** The query it belongs to: another query is another view, from its first picture. */
  address: string;
  cursor: number;
  selection: Selection;
  /** More is being asked for than is loaded. */
  isSelecting: boolean;
}

export const keyOf = ({ id, className, group }: ListedSample): SampleKey => ({ id, className, group });

/** `start`: the picture to begin at, where one comes back from it. */
export function useGallery(query: PicturesQuery, options: { open: (id: string) => void; start?: number }) {
  const pages = useGalleryPages(query);
  const curation = useCuration();
  const address = renderFilter(query).toString();
  const fresh = (): View => ({ address, cursor: 0, selection: emptySelection, isSelecting: false });
  const [view, setView] = useState<View>(() => ({ ...fresh(), cursor: options.start ?? 0 }));
  const current = view.address === address ? view : fresh();
  const { sampleAt, total } = pages;
  const cursor = Math.min(current.cursor, Math.max(0, total - 1));
  const change = (next: (before: View) => Partial<View>): void =>
    setView((before) => {
      const base = before.address === address ? before : fresh();
      return { ...base, ...next(base) };
    });

  /** Undefined where some of them are not loaded. */
  const loadedKeys = ({ first, last }: Range): SampleKey[] | undefined => {
    const keys: SampleKey[] = [];
    for (let position = first; position <= last; position += 1) {
      const sample = sampleAt(position);
      if (!sample) return undefined;
      keys.push(keyOf(sample));
    }
    return keys;
  };
  const select = async (range: Range, position: number): Promise<void> => {
    const loaded = loadedKeys(range);
    if (loaded) return change(({ selection }) => ({ cursor: position, selection: add(selection, loaded, position) }));
    change(() => ({ cursor: position, isSelecting: true }));
    try {
      const keys = await readKeys(query, range);
      change(({ selection }) => ({ selection: add(selection, keys, position) }));
    } catch (error) {
      showProblem(error);
    }
    change(() => ({ isSelecting: false }));
  };
  const chosen = (): SampleKey[] => {
    if (current.selection.keys.size > 0) return [...current.selection.keys.values()];
    const sample = sampleAt(cursor);
    return sample ? [keyOf(sample)] : [];
  };
  const forget = (keys: readonly SampleKey[]): void =>
    change(({ selection }) => ({ selection: without(selection, new Set(keys.map(({ id }) => id))) }));

  return {
    ...pages,
    curation,
    query,
    cursor,
    selection: current.selection,
    isSelecting: current.isSelecting,
    moveTo: (position: number) => change(() => ({ cursor: position })),
    toggleAt: (position: number) => {
      const sample = sampleAt(position);
      if (sample)
        change(({ selection }) => ({ cursor: position, selection: toggle(selection, position, keyOf(sample)) }));
    },
    selectTo: (position: number) => void select(rangeTo(current.selection, position), position),
    selectAll: () => {
      if (total > 0) void select({ first: 0, last: total - 1 }, cursor);
    },
    /** What a frame caught, on top of what was selected before it. */
    selectFramed: (before: Selection, positions: readonly number[]) => {
      const keys = positions.flatMap((position) => {
        const sample = sampleAt(position);
        return sample ? [keyOf(sample)] : [];
      });
      change(() => ({ selection: add(before, keys, positions[0] ?? 0) }));
    },
    clearSelection: () => change(() => ({ selection: emptySelection })),
    openAt: (position: number) => {
      const sample = sampleAt(position);
      if (!sample) return;
      change(() => ({ cursor: position }));
      options.open(sample.id);
    },
    /** Its own page, with the way back to here. */
    openPageAt: (position: number) => {
      const sample = sampleAt(position);
      if (sample) navigate(samplePath(sample.id, query), { state: renderPlace(position) });
    },
    /** What an action is about: the selection, or the picture under the cursor. */
    chosen,
    /** Selects the picture under the cursor where nothing is, so that one sees what an action will be about. */
    selectChosen: () => {
      const sample = sampleAt(cursor);
      if (current.selection.keys.size === 0 && sample)
        change(({ selection }) => ({ selection: add(selection, [keyOf(sample)], cursor) }));
    },
    /** To the trash, or back from it where the trash is shown. */
    moveChosen: (to: 'remove' | 'restore') => {
      const keys = chosen();
      if (keys.length === 0 || (query.removed === true) !== (to === 'restore')) return;
      forget(keys);
      void curation.move(
        keys.map(({ id }) => id),
        to,
      );
    },
  };
}
