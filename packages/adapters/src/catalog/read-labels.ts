/** @file The labels that pictures have now. */
import { TintypeError } from '@tintype/contracts/errors';
import { inChunks, type Write } from './context.ts';

const chunkOfIds = 500;

/** Throws SAMPLE_NOT_FOUND; the class of each otherwise. */
export async function readLabels(trx: Write, sampleIds: readonly string[]): Promise<Map<string, string | null>> {
  const labels = new Map<string, string | null>();
  await inChunks([...new Set(sampleIds)], chunkOfIds, async (chunk) => {
    const rows = await trx.selectFrom('samples').select(['id', 'class_name']).where('id', 'in', chunk).execute();
    for (const row of rows) labels.set(row.id, row.class_name);
  });
  const missing = sampleIds.find((id) => !labels.has(id));
  if (missing !== undefined) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: missing });
  return labels;
}
