/** @file The classes of the workspace in their order, with the key that gives each; those that were just given come last. */
import { useQuery } from '@tanstack/react-query';
import type { LabelClass } from '@tintype/contracts/label';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { listClasses } from '../api/label.ts';
import { assignKeys, type KeyedClass } from './class-keys.ts';
import { type Mark, markOf } from './class-marks.ts';
import { decideNewClasses, dropDecidedClasses, getNewClasses, subscribeToNewClasses } from './new-classes.ts';

export const classesKey = ['classes'] as const;
const none: readonly KeyedClass[] = [];

export function useClasses(): { classes: readonly KeyedClass[]; isPending: boolean; error: unknown } {
  const { data, dataUpdatedAt, isPending, error } = useQuery({
    queryKey: classesKey,
    queryFn: ({ signal }) => decideNewClasses(() => listClasses(signal)),
    staleTime: 10_000,
  });
  const fresh = useSyncExternalStore(subscribeToNewClasses, getNewClasses);
  useEffect(() => {
    if (dataUpdatedAt > 0) dropDecidedClasses();
  }, [dataUpdatedAt]);
  const classes = useMemo(() => (data ? assignKeys(withNew(data.items, fresh)) : none), [data, fresh]);
  return { classes, isPending, error };
}

/** The mark of any class by name. */
export function useClassMarks(): (className: string) => Mark {
  const { classes } = useClasses();
  return useMemo(() => {
    const names = classes.map(({ name }) => name);
    return (className) => markOf(className, names);
  }, [classes]);
}

function withNew(items: readonly LabelClass[], fresh: readonly string[]): readonly LabelClass[] {
  const known = new Set(items.map(({ name }) => name));
  const added = fresh.filter((name) => !known.has(name));
  if (added.length === 0) return items;
  const next = Math.max(-1, ...items.map(({ position }) => position)) + 1;
  return [...items, ...added.map((name, n) => ({ name, position: next + n, key: null }))];
}
