/** @file Datasets come into being when something is put into them. */
import type { Dataset } from '@tintype/contracts/catalog';
import type { Write } from './context.ts';

/** The dataset, made where it is missing. */
export async function ensureDataset(trx: Write, name: string, at: number): Promise<Dataset> {
  await trx
    .insertInto('datasets')
    .values({ name, created_at: at, latest_snapshot: null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await trx.selectFrom('datasets').select('created_at').where('name', '=', name).executeTakeFirstOrThrow();
  return { name, createdAt: row.created_at };
}
