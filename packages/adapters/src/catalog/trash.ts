/** @file The trash: who moved which sample to it, or back. */
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '@tintype/core/ports/crash-point';
import { inChunks, type Write } from './context.ts';

const chunkOfIds = 500;

export interface Move {
  annotator: string;
  at: number;
  removed: 0 | 1;
}

/** How many were not there before. Throws SAMPLE_NOT_FOUND, and then nothing changes. */
export async function moveToTrash(trx: Write, sampleIds: readonly string[], move: Move): Promise<number> {
  let changed = 0;
  await inChunks([...new Set(sampleIds)], chunkOfIds, async (chunk) => {
    const rows = await trx.selectFrom('samples').select(['id', 'removed']).where('id', 'in', chunk).execute();
    const found = new Map(rows.map((row) => [row.id, row.removed]));
    const missing = chunk.find((id) => !found.has(id));
    if (missing !== undefined) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: missing });

    const moving = chunk.filter((id) => found.get(id) !== move.removed);
    if (moving.length === 0) return;
    await trx
      .updateTable('samples')
      .set({ removed: move.removed, removed_at: move.removed ? move.at : null })
      .where('id', 'in', moving)
      .execute();
    crashPoint('trash.moved');
    const events = moving.map((id) => ({
      sample_id: id,
      removed: move.removed,
      annotator: move.annotator,
      at: move.at,
    }));
    await trx.insertInto('removal_events').values(events).execute();
    changed += moving.length;
  });
  return changed;
}
