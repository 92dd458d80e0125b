/** @file What people ask of the catalog: counts, lists, issues, trash. */
import type { CatalogSummary, DataIssue, DataIssueKind, ListedSample, SampleQuery } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Page } from '@tintype/contracts/ids';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

interface Needs {
  catalog: Catalog;
}

/** Throws DATASET_NOT_FOUND for a dataset that is not there. */
export async function summarizeCatalog(
  { catalog }: Needs,
  { dataset }: { dataset?: string | undefined } = {},
): Promise<CatalogSummary> {
  await assertDataset(catalog, dataset);
  return catalog.samples.summarize(dataset);
}

/** Throws DATASET_NOT_FOUND, CLASS_NOT_FOUND, VIEW_NOT_FOUND, or VALIDATION_FAILED for a cursor of another list. */
export async function listSamples({ catalog }: Needs, query: SampleQuery): Promise<Page<ListedSample>> {
  await assertDataset(catalog, query.dataset);
  const className = query.class ?? query.className;
  if (className) await assertClass(catalog, className);
  return catalog.samples.list(query);
}

/** Oldest first. Throws DATASET_NOT_FOUND. */
export async function listIssues(
  { catalog }: Needs,
  query: { dataset?: string; kind?: DataIssueKind; cursor?: string; limit?: number },
): Promise<Page<DataIssue>> {
  await assertDataset(catalog, query.dataset);
  return catalog.samples.listIssues(query);
}

/** To the trash, nothing is deleted; how many were not there before. Throws SAMPLE_NOT_FOUND, and then none is moved. */
export function removeSamples(
  { catalog, clock }: Needs & { clock: Clock },
  { sampleIds, annotator }: { sampleIds: readonly string[]; annotator: string },
): Promise<number> {
  return catalog.samples.remove(sampleIds, { annotator, at: clock.now() });
}

/** How many came back from the trash. Throws SAMPLE_NOT_FOUND, and then none is moved. */
export function restoreSamples(
  { catalog, clock }: Needs & { clock: Clock },
  { sampleIds, annotator }: { sampleIds: readonly string[]; annotator: string },
): Promise<number> {
  return catalog.samples.restore(sampleIds, { annotator, at: clock.now() });
}

/** The named dataset, or the only one there is. Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, or DATASET_EMPTY when there is none. */
export async function resolveDataset(catalog: Pick<Catalog, 'samples'>, name?: string): Promise<string> {
  await assertDataset(catalog, name);
  if (name !== undefined) return name;
  const known = await listNames(catalog);
  if (known.length > 1) throw new TintypeError('DATASET_AMBIGUOUS', { known });
  if (known[0] === undefined) throw new TintypeError('DATASET_EMPTY', { dataset: 'default' });
  return known[0];
}

const listNames = async (catalog: Pick<Catalog, 'samples'>): Promise<string[]> =>
  (await catalog.samples.listDatasets()).map((dataset) => dataset.name);

async function assertDataset(catalog: Pick<Catalog, 'samples'>, dataset: string | undefined): Promise<void> {
  if (dataset === undefined) return;
  const known = await listNames(catalog);
  if (!known.includes(dataset)) throw new TintypeError('DATASET_NOT_FOUND', { dataset, known });
}

async function assertClass(catalog: Catalog, className: string): Promise<void> {
  const known = (await catalog.samples.listClasses()).map((one) => one.name);
  if (!known.includes(className)) throw new TintypeError('CLASS_NOT_FOUND', { className, known });
}
