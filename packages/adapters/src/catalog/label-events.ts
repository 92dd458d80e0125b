/** @file Label events are appended; the sample's class follows in the same transaction. */
import type { LabelEvent } from '@tintype/contracts/label';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely, Selectable } from 'kysely';
import { nextPosition } from './classes.ts';
import { inChunks, type Write } from './context.ts';
import { assertSamplesExist } from './sample-ids.ts';
import { fromLabelEvent, toLabelEvent } from './sample-rows.ts';
import type { ClassTable, SampleTable, Tables } from './schema.ts';

const chunkSize = 500;

/** Throws SAMPLE_NOT_FOUND, and then nothing is appended. */
export async function appendLabelEvents(trx: Write, events: readonly LabelEvent[]): Promise<void> {
  const known = await readClasses(trx);
  const nameNow = renamesOf(known);
  const live = new Set(known.filter((row) => row.removed_at === null).map((row) => row.name));
  await inChunks(events, chunkSize, async (chunk) => {
    await assertSamplesExist(
      trx,
      chunk.map((event) => event.sampleId),
    );
    const unknown = await withoutKnown(trx, chunk);
    const fresh = unknown.map((event) => ({ ...event, className: event.className && nameNow(event.className) }));
    if (fresh.length === 0) return;
    const names = fresh.flatMap(({ className }) => (className === null || live.has(className) ? [] : [className]));
    await ensureClasses(trx, names);
    for (const name of names) live.add(name);
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

type ClassRow = Pick<Selectable<ClassTable>, 'name' | 'became' | 'removed_at'>;

const readClasses = (trx: Write): Promise<ClassRow[]> =>
  trx.selectFrom('classes').select(['name', 'became', 'removed_at']).execute();

/** What a class is called now: labels that were given before it was renamed or merged, and arrive after, are not lost on it. */
export async function readRenames(trx: Write): Promise<(className: string) => string> {
  return renamesOf(await readClasses(trx));
}

function renamesOf(rows: readonly ClassRow[]): (className: string) => string {
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
  const known = await readClasses(trx);
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
