/** @file What the gallery shows, kept in the address bar so that it can be bookmarked, sent and gone back to. */
import type { SampleQuery } from '@tintype/contracts/catalog';
import { type Split, sampleIdSchema, splits } from '@tintype/contracts/ids';

export interface GalleryFilter {
  dataset?: string | undefined;
  /** `''` is unlabeled. */
  className?: string | undefined;
  split?: Split | undefined;
  text?: string | undefined;
  /** Removed samples instead of the others. */
  isTrash: boolean;
}

/** Longest text the server takes. */
export const textLimit = 200;

/** What the address does not state, or states wrongly, is not filtered by. */
export function parseFilter(search: URLSearchParams): GalleryFilter {
  const split = splits.find((name) => name === search.get('split'));
  return {
    dataset: search.get('dataset') || undefined,
    className: search.get('class') ?? undefined,
    split,
    text: search.get('text')?.slice(0, textLimit) || undefined,
    isTrash: search.get('trash') === '1',
  };
}

/** The open sample's id, where the address names one. */
export function parseOpenSample(search: URLSearchParams): string | undefined {
  const parsed = sampleIdSchema.safeParse(search.get('sample'));
  return parsed.success ? parsed.data : undefined;
}

export function renderFilter(filter: GalleryFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (filter.dataset) search.set('dataset', filter.dataset);
  if (filter.className !== undefined) search.set('class', filter.className);
  if (filter.split) search.set('split', filter.split);
  if (filter.text) search.set('text', filter.text);
  if (filter.isTrash) search.set('trash', '1');
  return search;
}

export const isFiltered = ({ dataset, className, split, text }: GalleryFilter): boolean =>
  dataset !== undefined || className !== undefined || split !== undefined || text !== undefined;

export const toSampleQuery = ({ dataset, className, split, text, isTrash }: GalleryFilter): SampleQuery => ({
  dataset,
  className,
  split,
  text,
  removed: isTrash,
});

export interface ClassCount {
  name: string;
  samples: number;
}

/** Classes to choose from with their counts: of one dataset, or of all together. */
export function countClasses(
  datasets: readonly { name: string; unlabeled: number; classes: readonly ClassCount[] }[],
  dataset: string | undefined,
): { classes: ClassCount[]; unlabeled: number } {
  const counts = new Map<string, number>();
  let unlabeled = 0;
  for (const entry of datasets) {
    if (dataset !== undefined && entry.name !== dataset) continue;
    unlabeled += entry.unlabeled;
    for (const { name, samples } of entry.classes) counts.set(name, (counts.get(name) ?? 0) + samples);
  }
  const classes = [...counts].map(([name, samples]) => ({ name, samples })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { classes, unlabeled };
}
