/** @file Keeps the pictures of a page from other people while somebody looks at it. */
import { useQuery } from '@tanstack/react-query';
import { leasePictures } from '../../api/label.ts';
import { labelKey } from './use-next.ts';

/** Well within the two minutes that a picture is kept. */
const renewMs = 60_000;
/** Pictures that one request may name. */
const mostPictures = 1000;

/** Those that others hold, once that is known: two may have asked for the same page at the same moment. */
export function useLease(sampleIds: readonly string[]): ReadonlySet<string> {
  const asked = sampleIds.slice(0, mostPictures);
  const { data } = useQuery({
    queryKey: [...labelKey, 'lease', ...asked],
    queryFn: ({ signal }) => leasePictures(asked, signal),
    enabled: asked.length > 0,
    refetchInterval: renewMs,
    retry: false,
    gcTime: 0,
  });
  const held = new Set(data?.held ?? asked);
  return new Set(asked.filter((id) => !held.has(id)));
}
