/** @file Files that are no pictures for us: those that ingest refused, and those that could be stored but not decoded whole. */
import type { ExploreReport } from '@tintype/contracts/explore';
import type { SampleStore } from '../ports/catalog.ts';

type Unreadable = ExploreReport['unreadable'];

const shownFiles = 200;

/** Each file once; `damaged` first, since they are still in the dataset. */
export async function listUnreadable(
  samples: Pick<SampleStore, 'listIssues'>,
  dataset: string,
  { damaged }: { damaged: Unreadable['items'] },
): Promise<Unreadable> {
  const own = [...new Map(damaged.map((file) => [file.path, file])).values()];
  const page = await samples.listIssues({ dataset, kind: 'rejected-file', limit: shownFiles });
  const refused = page.items.map(({ path, code, detail }) => ({ path, code, detail }));
  return { total: own.length + page.total, items: [...own, ...refused].slice(0, shownFiles) };
}
