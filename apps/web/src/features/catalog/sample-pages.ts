/** @file Pages of samples as they were loaded: one row of pictures after the other, without gaps. */
import type { ListedSample } from '@tintype/contracts/catalog';

export interface SamplePage {
  items: readonly ListedSample[];
  total: number;
  nextCursor?: string | undefined;
}

/** Smallest and largest page asked for. */
export const pageSizes = { least: 200, most: 1000 } as const;

/** Pictures to ask for next when `loaded` are there and those up to `needed` are to be seen. */
export const choosePageSize = (loaded: number, needed: number): number =>
  Math.min(pageSizes.most, Math.max(pageSizes.least, Math.ceil((needed - loaded) / 100) * 100));

/** The newest page knows best how many there are. */
export const countTotal = (pages: readonly SamplePage[]): number => pages.at(-1)?.total ?? 0;

/** Pages without the samples that just left this view, their totals corrected. */
export function withoutSamples<P extends SamplePage>(pages: readonly P[], ids: ReadonlySet<string>): P[] {
  const left = pages.reduce((sum, page) => sum + page.items.filter((sample) => ids.has(sample.id)).length, 0);
  if (left === 0) return [...pages];
  return pages.map((page) => ({
    ...page,
    items: page.items.filter((sample) => !ids.has(sample.id)),
    total: page.total - left,
  }));
}
