/** @file The classes of the workspace in their order, with the key that gives each. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listClasses } from '../api/label.ts';
import { assignKeys, type KeyedClass } from './class-keys.ts';

export const classesKey = ['classes'] as const;
const none: readonly KeyedClass[] = [];

export function useClasses(): { classes: readonly KeyedClass[]; isPending: boolean; error: unknown } {
  const { data, isPending, error } = useQuery({
    queryKey: classesKey,
    queryFn: ({ signal }) => listClasses(signal),
    staleTime: 10_000,
  });
  const classes = useMemo(() => (data ? assignKeys(data.items) : none), [data]);
  return { classes, isPending, error };
}
