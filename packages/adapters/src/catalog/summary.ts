/** @file Counts per dataset and class, read from one index. */
import type { CatalogSummary } from '@tintype/contracts/catalog';
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** Everything but `removed` counts samples that are not in the trash. Datasets and classes by name. */
export async function summarize(db: Kysely<Tables>, dataset?: string): Promise<CatalogSummary> {
  const names = db.selectFrom('datasets').select('name').orderBy('name');
  const counts = db
    .selectFrom('samples')
    .select((eb) => [
      'dataset',
      'removed',
      'class_name',
      eb.fn.countAll<number>().as('samples'),
      eb.fn.sum<number>('size_bytes').as('bytes'),
    ])
    .groupBy(['dataset', 'removed', 'class_name']);
  const issues = db
    .selectFrom('data_issues')
    .select((eb) => ['dataset', 'kind', eb.fn.countAll<number>().as('issues')])
    .groupBy(['dataset', 'kind']);

  const one = dataset !== undefined;
  const nameRows = await (one ? names.where('name', '=', dataset) : names).execute();
  const countRows = await (one ? counts.where('dataset', '=', dataset) : counts).execute();
  const issueRows = await (one ? issues.where('dataset', '=', dataset) : issues).execute();

  return {
    datasets: nameRows.map(({ name }) => {
      const own = countRows.filter((row) => row.dataset === name);
      const kept = own.filter((row) => row.removed === 0);
      const labeled = kept.flatMap((row) =>
        row.class_name === null ? [] : [{ name: row.class_name, samples: row.samples }],
      );
      return {
        name,
        samples: sum(kept.map((row) => row.samples)),
        removed: sum(own.map((row) => (row.removed ? row.samples : 0))),
        unlabeled: kept.find((row) => row.class_name === null)?.samples ?? 0,
        sizeBytes: sum(kept.map((row) => row.bytes)),
        classes: labeled.sort((a, b) => (a.name < b.name ? -1 : 1)),
        issues: Object.fromEntries(
          issueRows.filter((row) => row.dataset === name).map((row) => [row.kind, row.issues]),
        ),
      };
    }),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
