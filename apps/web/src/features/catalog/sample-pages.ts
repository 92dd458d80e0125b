/** @file Pages of samples by position, so that any part of a list can be there without the parts before it. */
import type { ListedSample } from '@tintype/contracts/catalog';
import type { PicturesQuery } from './gallery-filter.ts';

/** Samples a request asks for. */
export const pageSize = 200;

export interface SamplePage {
  items: readonly ListedSample[];
  total: number;
}

export interface Range {
  first: number;
  /** Included. */
  last: number;
}

export const pageOf = (position: number): number => Math.floor(position / pageSize);

/** Pages that hold these positions, the one in sight first. */
export function pagesWithin({ first, last }: Range): number[] {
  const [from, to] = [pageOf(Math.max(0, first)), pageOf(Math.max(0, last))];
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Half a page around what is in sight, so that scrolling finds pictures. */
export const withMargin = ({ first, last }: Range, total: number): Range => ({
  first: Math.max(0, first - pageSize / 2),
  last: Math.max(0, Math.min(total - 1, last + pageSize / 2)),
});

/** Pages with a change to some of their samples. */
export function changeSamples<P extends SamplePage>(
  page: P,
  ids: ReadonlySet<string>,
  change: (sample: ListedSample) => ListedSample,
): P {
  if (!page.items.some(({ id }) => ids.has(id))) return page;
  return { ...page, items: page.items.map((sample) => (ids.has(sample.id) ? change(sample) : sample)) };
}

/** Whether a sample that was just changed is still what the query asks for; what only the server knows is taken to be so. */
export function belongs(sample: ListedSample, query: PicturesQuery): boolean {
  if ((sample.removedAt !== null) !== (query.removed === true)) return false;
  if (query.group !== undefined && sample.group !== query.group) return false;
  return query.class === undefined || (sample.className ?? '') === query.class;
}
