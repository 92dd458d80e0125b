/** @file Leases: a picture that was given out is kept from others for a while. One row a picture, so that two can never hold it. */
import type { PeopleStore } from '@tintype/core/ports/people-store';
import { inChunks, type StoreContext, type Write, write } from './context.ts';

const chunkOfIds = 200;

interface Lease {
  annotator: string;
  at: number;
  until: number;
  onlyUnlabeled?: boolean;
}

export function createLeases(
  context: StoreContext,
): Pick<PeopleStore, 'lease' | 'listHeld' | 'countHolders' | 'releaseOthers'> {
  const { db } = context;
  return {
    lease: (sampleIds, lease) =>
      write(context, async (trx) => {
        await trx.deleteFrom('label_leases').where('until', '<=', lease.at).execute();
        const held = new Set<string>();
        await inChunks([...new Set(sampleIds)], chunkOfIds, async (chunk) => {
          for (const id of await leaseChunk(trx, chunk, lease)) held.add(id);
        });
        return sampleIds.filter((id) => held.has(id));
      }),
    async listHeld(dataset, { annotator, at }) {
      const rows = await db
        .selectFrom('label_leases')
        .innerJoin('samples', 'samples.id', 'label_leases.sample_id')
        .select('label_leases.sample_id')
        .where('samples.dataset', '=', dataset)
        .where('label_leases.annotator', '!=', annotator)
        .where('label_leases.until', '>', at)
        .execute();
      return rows.map((row) => row.sample_id);
    },
    async countHolders(dataset, { annotator, at }) {
      const { total } = await db
        .selectFrom('label_leases')
        .innerJoin('samples', 'samples.id', 'label_leases.sample_id')
        .where('samples.dataset', '=', dataset)
        .where('label_leases.annotator', '!=', annotator)
        .where('label_leases.until', '>', at)
        .select((eb) => eb.fn.count<number>('label_leases.annotator').distinct().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
    releaseOthers: (dataset, keep, { annotator }) =>
      write(context, async (trx) => {
        let own = trx
          .deleteFrom('label_leases')
          .where('annotator', '=', annotator)
          .where('sample_id', 'in', (eb) =>
            eb.selectFrom('samples').select('samples.id').where('samples.dataset', '=', dataset),
          );
        if (keep.length > 0) own = own.where('sample_id', 'not in', keep);
        await own.execute();
      }),
  };
}

/** Of those that are there (and have no label, where that is asked for), the ones that are now held. */
async function leaseChunk(
  trx: Write,
  sampleIds: readonly string[],
  { annotator, at, until, onlyUnlabeled = false }: Lease,
): Promise<string[]> {
  let there = trx.selectFrom('samples').select('id').where('id', 'in', sampleIds).where('removed', '=', 0);
  if (onlyUnlabeled) there = there.where('class_name', 'is', null);
  const ids = (await there.execute()).map((row) => row.id);
  if (ids.length === 0) return [];
  await trx
    .insertInto('label_leases')
    .values(ids.map((id) => ({ sample_id: id, annotator, until })))
    .onConflict((conflict) =>
      conflict
        .column('sample_id')
        .doUpdateSet({ annotator, until })
        .where((eb) => eb.or([eb('label_leases.annotator', '=', annotator), eb('label_leases.until', '<=', at)])),
    )
    .execute();
  const held = trx.selectFrom('label_leases').select('sample_id').where('sample_id', 'in', ids);
  const rows = await held.where('annotator', '=', annotator).execute();
  return rows.map((row) => row.sample_id);
}
