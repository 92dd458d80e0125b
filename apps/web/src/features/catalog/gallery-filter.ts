/** @file What the gallery shows, kept in the address bar so that it can be read, bookmarked, sent and gone back to. */
import { type SampleFilter, sampleFilterSchema } from '@tintype/contracts/catalog';
import { sampleIdSchema } from '@tintype/contracts/ids';

/** All of it is optional; what is given must all hold. Names and values are those of the API. */
export type PicturesQuery = SampleFilter;

/** Longest text the server takes. */
export const textLimit = 200;

const fields = Object.entries(sampleFilterSchema.shape);
const flags: ReadonlySet<string> = new Set(['removed', 'wrong']);
/** What makes sense of one version alone. */
const ofVersion = ['predicted', 'confidence', 'wrong'] as const;

/** What the address does not state, or states wrongly, is not filtered by. */
export function parseFilter(search: URLSearchParams): PicturesQuery {
  const stated: Record<string, unknown> = {};
  for (const [name, schema] of fields) {
    const text = search.get(name);
    if (text === null || (text === '' && name !== 'class')) continue;
    const parsed = schema.safeParse(
      flags.has(name) ? parseFlag(text) : name === 'text' ? text.slice(0, textLimit) : text,
    );
    if (parsed.success) stated[name] = parsed.data;
  }
  const query = stated as PicturesQuery;
  // As addresses said it before.
  if (search.get('trash') === '1') query.removed = true;
  if (query.version === undefined) {
    for (const name of ofVersion) delete query[name];
    if (query.sort?.endsWith('confidence')) delete query.sort;
  }
  return query;
}

const parseFlag = (text: string): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;

/** The open sample's id, where the address names one. */
export function parseOpenSample(search: URLSearchParams): string | undefined {
  const parsed = sampleIdSchema.safeParse(search.get('sample'));
  return parsed.success ? parsed.data : undefined;
}

/** In the order of the contract, so that one query has one address. */
export function renderFilter(query: PicturesQuery): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name] of fields) {
    const value = query[name as keyof PicturesQuery];
    if (value === undefined || (name === 'removed' && value === false) || (value === '' && name !== 'class')) continue;
    search.set(name, String(value));
  }
  return search;
}

/** `version=pets@3&confidence=0.2:0.6` as people read it: what needs no escape has none. */
export const renderAddress = (search: URLSearchParams): string =>
  search.toString().replace(/%(3A|40|2F|2C)/g, (escaped) => decodeURIComponent(escaped));

/** Where the page shows these pictures: what other screens link to. */
export function picturesPath(query: PicturesQuery = {}): string {
  const address = renderAddress(renderFilter(query));
  return address === '' ? '/pictures' : `/pictures?${address}`;
}

/** A picture's own page; `query` is the list one comes from and goes back to. */
export function samplePath(id: string, query: PicturesQuery = {}): string {
  const address = renderAddress(renderFilter(query));
  return `/pictures/${id}${address === '' ? '' : `?${address}`}`;
}

/** Whether it keeps a part alone; the trash and an order are no part. */
export const isFiltered = ({ removed: _removed, sort: _sort, ...rest }: PicturesQuery): boolean =>
  Object.values(rest).some((value) => value !== undefined);

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
