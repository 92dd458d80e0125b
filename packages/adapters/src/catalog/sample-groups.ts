/** @file Declared groups: samples that belong together and are never divided between splits. */
import type { Regrouped } from '@tintype/contracts/curation';
import { inChunks, type Write } from './context.ts';
import { assertSamplesExist } from './sample-ids.ts';

const chunkSize = 500;

/** Throws SAMPLE_NOT_FOUND. */
export async function setGroup(trx: Write, sampleIds: readonly string[], group: string | null): Promise<Regrouped> {
  const unique = [...new Set(sampleIds)];
  await assertSamplesExist(trx, unique);
  const was = new Map<string | null, string[]>();
  await inChunks(unique, chunkSize, async (chunk) => {
    const rows = await trx.selectFrom('samples').select(['id', 'group_name']).where('id', 'in', chunk).execute();
    const changing = rows.filter((row) => row.group_name !== group);
    if (changing.length === 0) return;
    for (const row of changing) was.set(row.group_name, [...(was.get(row.group_name) ?? []), row.id]);
    const ids = changing.map((row) => row.id);
    await trx.updateTable('samples').set({ group_name: group }).where('id', 'in', ids).execute();
  });
  const before = [...was].map(([name, ids]) => ({ group: name, ids }));
  return { changed: before.reduce((sum, { ids }) => sum + ids.length, 0), was: before };
}
