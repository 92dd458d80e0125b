/** @file Ids and classes of a whole stretch of a list, loaded or not: what an action on many needs. */
import type { SampleKey } from '@tintype/contracts/catalog';
import { listSampleKeys } from '../../api/catalog.ts';
import type { PicturesQuery } from './gallery-filter.ts';
import type { Range } from './sample-pages.ts';

/** Keys one request may ask for. */
const keysPerRequest = 10_000;

/** In the list's order. Throws ProblemError. */
export async function readKeys(query: PicturesQuery, { first, last }: Range): Promise<SampleKey[]> {
  const keys: SampleKey[] = [];
  for (let offset = first; offset <= last; offset += keysPerRequest) {
    const limit = Math.min(keysPerRequest, last - offset + 1);
    const { items } = await listSampleKeys({ ...query, offset, limit });
    keys.push(...items);
    if (items.length < limit) break;
  }
  return keys;
}
