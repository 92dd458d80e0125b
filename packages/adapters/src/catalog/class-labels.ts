/** @file Labels that follow their class when it is renamed or merged, and back. */
import { inChunks, type Write } from './context.ts';
import { sql } from './kysely.ts';

/** What a change of classes is made with. `id` names it, and the labels that follow it. */
export interface Making {
  trx: Write;
  id: string;
  annotator: string;
  at: number;
}

const chunkSize = 500;
/** Of the index over samples by class. */
const anywhere = [0, 1];

/** Pictures of a class, those in the trash included. */
export async function countLabels(trx: Write, className: string): Promise<number> {
  const { samples } = await trx
    .selectFrom('samples')
    .select((eb) => eb.fn.countAll<number>().as('samples'))
    .where('removed', 'in', anywhere)
    .where('class_name', '=', className)
    .executeTakeFirstOrThrow();
  return samples;
}

/** Label events for every picture of `from`, in the trash or not; returns how many. */
export async function moveLabels(making: Making, { from, to }: { from: string; to: string }): Promise<number> {
  const rows = await making.trx
    .selectFrom('samples')
    .select('id')
    .where('removed', 'in', anywhere)
    .where('class_name', '=', from)
    .execute();
  return relabel(
    making,
    rows.map((row) => row.id),
    to,
  );
}

/** Pictures whose last label is that of the change `of` become `to`; those labeled since stay as they are. */
export async function moveLabelsBack(making: Making, { of, to }: { of: string; to: string }): Promise<number> {
  const rows = await making.trx
    .selectFrom('label_events')
    .select('sample_id')
    .where('id', '>', `${of}:`)
    .where('id', '<', `${of};`)
    .where(
      sql<boolean>`sequence = (select max(later.sequence) from label_events as later where later.sample_id = label_events.sample_id and later.source <> 'opinion')`,
    )
    .execute();
  return relabel(
    making,
    rows.map((row) => row.sample_id),
    to,
  );
}

/** Event ids begin with that of the change, by which they are found again. */
async function relabel(
  { trx, id, annotator, at }: Making,
  sampleIds: readonly string[],
  className: string,
): Promise<number> {
  await inChunks(sampleIds, chunkSize, async (chunk) => {
    const events = chunk.map((sampleId) => ({
      id: `${id}:${sampleId}`,
      sample_id: sampleId,
      class_name: className,
      annotator,
      source: 'rename',
      at,
    }));
    await trx.insertInto('label_events').values(events).execute();
    await trx
      .updateTable('samples')
      .set({ class_name: className })
      .where('id', 'in', [...chunk])
      .execute();
  });
  return sampleIds.length;
}
