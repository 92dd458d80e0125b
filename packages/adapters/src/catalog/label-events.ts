/** @file Label events are appended; the sample's class follows in the same transaction. */
import type { LabelEvent } from '@tintype/contracts/label';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely } from 'kysely';
import { nextPosition } from './classes.ts';
import { inChunks, type Write } from './context.ts';
import { assertSamplesExist } from './sample-ids.ts';
import { fromLabelEvent, toLabelEvent } from './sample-rows.ts';
import type { SampleTable, Tables } from './schema.ts';

const chunkSize = 500;

/** Throws SAMPLE_NOT_FOUND, and then nothing is appended. */
export async function appendLabelEvents(trx: Write, events: readonly LabelEvent[]): Promise<void> {
  const nameNow = await readRenames(trx);
  await inChunks(events, chunkSize, async (chunk) => {
    await assertSamplesExist(
      trx,
      chunk.map((event) => event.sampleId),
    );
    const known = await withoutKnown(trx, chunk);
    const fresh = known.map((event) => ({ ...event, className: event.className && nameNow(event.className) }));
    if (fresh.length === 0) return;
    await ensureClasses(
      trx,
      fresh.map((event) => event.className),
    );
    await trx.insertInto('label_events').values(fresh.map(fromLabelEvent)).execute();
    crashPoint('label.appended');
    await setClasses(trx, fresh);
  });
}

export async function listLabelEvents(db: Kysely<Tables>, sampleId: string): Promise<LabelEvent[]> {
  const rows = await db
    .selectFrom('label_events')
    .selectAll()
    .where('sample_id', '=', sampleId)
    .orderBy('sequence')
    .execute();
  return rows.map(toLabelEvent);
}

/** What a class is called now: labels that were given before it was renamed or merged, and arrive after, are not lost on it. */
export async function readRenames(trx: Write): Promise<(className: string) => string> {
  const rows = await trx.selectFrom('classes').select(['name', 'became']).where('became', 'is not', null).execute();
  const became = new Map(rows.map((row) => [row.name, row.became]));
  return (className) => {
    let name = className;
    for (let next = became.get(name); next != null; next = became.get(name)) name = next;
    return name;
  };
}

/** Adds classes that are new, after those that are there; brings back those that were removed. */
export async function ensureClasses(trx: Write, classNames: readonly (string | null)[]): Promise<void> {
  const wanted = [...new Set(classNames)].filter((name) => name !== null);
  if (wanted.length === 0) return;
  const known = await trx.selectFrom('classes').select(['name', 'removed_at']).execute();
  const names = new Set(known.map((row) => row.name));
  const gone = known.filter((row) => row.removed_at !== null && wanted.includes(row.name)).map((row) => row.name);
  if (gone.length > 0)
    await trx.updateTable('classes').set({ removed_at: null, became: null }).where('name', 'in', gone).execute();
  const fresh = wanted.filter((name) => !names.has(name));
  if (fresh.length === 0) return;
  const first = await nextPosition(trx);
  const rest = { key: null, removed_at: null, became: null };
  const added = fresh.map((name, i) => ({ name, position: first + i, ...rest }));
  await inChunks(added, chunkSize, (chunk) =>
    trx
      .insertInto('classes')
      .values([...chunk])
      .execute(),
  );
}

async function withoutKnown(trx: Write, events: readonly LabelEvent[]): Promise<LabelEvent[]> {
  const first = new Map<string, LabelEvent>();
  for (const event of events) if (!first.has(event.id)) first.set(event.id, event);
  const unique = [...first.values()];
  const ids = unique.map((event) => event.id);
  const rows = await trx.selectFrom('label_events').select('id').where('id', 'in', ids).execute();
  const known = new Set(rows.map((row) => row.id));
  return unique.filter((event) => !known.has(event.id));
}

/** Each sample takes the class of its last event, and who gave it; opinions are compared, and are no label. */
async function setClasses(trx: Write, events: readonly LabelEvent[]): Promise<void> {
  const labels = events.filter(({ source }) => source !== 'opinion');
  const last = new Map(labels.map((event) => [event.sampleId, event]));
  const alike = new Map<string, { label: LabelColumns; ids: string[] }>();
  for (const [sampleId, event] of last) {
    const label = labelColumns(event);
    const key = JSON.stringify(label);
    const group = alike.get(key) ?? { label, ids: [] };
    group.ids.push(sampleId);
    alike.set(key, group);
  }
  for (const { label, ids } of alike.values())
    await trx.updateTable('samples').set(label).where('id', 'in', ids).execute();
}

type LabelColumns = Pick<SampleTable, 'class_name' | 'labeled_by' | 'label_source' | 'labeled_at'>;

const labelColumns = ({ className, annotator, source, at }: LabelEvent): LabelColumns =>
  className === null
    ? { class_name: null, labeled_by: null, label_source: null, labeled_at: null }
    : { class_name: className, labeled_by: annotator, label_source: source, labeled_at: at };
