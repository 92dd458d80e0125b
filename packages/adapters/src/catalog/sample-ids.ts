/** @file Changes to many samples at once name them by id: all of them exist, or nothing changes. */
import { TintypeError } from '@tintype/contracts/errors';
import { inChunks, type Write } from './context.ts';

const chunkSize = 500;

/** Throws SAMPLE_NOT_FOUND for the first that is not there. */
export async function assertSamplesExist(trx: Write, sampleIds: readonly string[]): Promise<void> {
  await inChunks([...new Set(sampleIds)], chunkSize, async (chunk) => {
    const rows = await trx.selectFrom('samples').select('id').where('id', 'in', chunk).execute();
    const found = new Set(rows.map((row) => row.id));
    const missing = chunk.find((id) => !found.has(id));
    if (missing !== undefined) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: missing });
  });
}
