/** @file The pictures before and after one, in the list that one came from. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listSamples } from '../../api/catalog.ts';
import { type PicturesQuery, renderFilter } from './gallery-filter.ts';
import { samplesKey } from './use-gallery-pages.ts';

export interface Leaf {
  id: string;
  place: number;
}

/** Nothing where nobody knows the place. */
export function useLeaf(query: PicturesQuery, place: number | undefined): { previous?: Leaf; next?: Leaf } {
  const offset = Math.max(0, (place ?? 0) - 1);
  const { data, isPlaceholderData } = useQuery({
    queryKey: [...samplesKey, 'beside', renderFilter(query).toString(), place],
    queryFn: ({ signal }) => listSamples({ ...query, offset, limit: 3 }, signal),
    enabled: place !== undefined,
    placeholderData: keepPreviousData,
  });
  if (place === undefined || !data || isPlaceholderData) return {};
  const at = (position: number): Leaf | undefined => {
    const sample = data.items[position - offset];
    return sample && { id: sample.id, place: position };
  };
  const [previous, next] = [place > 0 ? at(place - 1) : undefined, at(place + 1)];
  return { ...(previous && { previous }), ...(next && { next }) };
}
