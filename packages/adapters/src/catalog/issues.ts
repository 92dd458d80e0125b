/** @file Data issues: what is wrong with a file, sample or label, found by a stage. */
import type { DataIssue, DataIssueKind } from '@tintype/contracts/catalog';
import type { Page } from '@tintype/contracts/ids';
import type { Kysely } from 'kysely';
import { inChunks, type Write } from './context.ts';
import { parseCursor, toPage } from './cursor.ts';
import { fromDataIssue, toDataIssue } from './sample-rows.ts';
import type { Tables } from './schema.ts';

const defaultLimit = 200;

/** An issue found again replaces what was known of it. */
export async function recordIssues(
  trx: Write,
  issues: readonly DataIssue[],
  options?: { replacing: { dataset: string; kind: DataIssueKind } },
): Promise<void> {
  if (options) await removeOthers(trx, issues, options.replacing);
  const unique = [...new Map(issues.map((issue) => [issue.id, issue])).values()];
  await inChunks(unique, 500, (chunk) =>
    trx
      .insertInto('data_issues')
      .values(chunk.map(fromDataIssue))
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          code: eb.ref('excluded.code'),
          detail: eb.ref('excluded.detail'),
          score: eb.ref('excluded.score'),
          sample_id: eb.ref('excluded.sample_id'),
        })),
      )
      .execute(),
  );
}

async function removeOthers(
  trx: Write,
  issues: readonly DataIssue[],
  { dataset, kind }: { dataset: string; kind: DataIssueKind },
): Promise<void> {
  const kept = new Set(issues.map((issue) => issue.id));
  const known = trx.selectFrom('data_issues').select('id').where('dataset', '=', dataset).where('kind', '=', kind);
  const gone = (await known.execute()).map((row) => row.id).filter((id) => !kept.has(id));
  await inChunks(gone, 500, (chunk) => trx.deleteFrom('data_issues').where('id', 'in', chunk).execute());
}

/** Oldest first. */
export async function listIssues(
  db: Kysely<Tables>,
  query: { dataset?: string; kind?: DataIssueKind; cursor?: string; limit?: number },
): Promise<Page<DataIssue>> {
  const { dataset, kind, cursor, limit = defaultLimit } = query;
  let filtered = db.selectFrom('data_issues');
  if (dataset !== undefined) filtered = filtered.where('dataset', '=', dataset);
  if (kind !== undefined) filtered = filtered.where('kind', '=', kind);

  const { total } = await filtered.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  let page = filtered
    .selectAll()
    .orderBy('at')
    .orderBy('id')
    .limit(limit + 1);
  if (cursor !== undefined) {
    const [at, id] = parseCursor(cursor, [0, ''] as const);
    page = page.where((eb) => eb.or([eb('at', '>', at), eb.and([eb('at', '=', at), eb('id', '>', id)])]));
  }
  return toPage(await page.execute(), { limit, total, toItem: toDataIssue, keyOf: ({ at, id }) => [at, id] });
}
