/** @file Classes that are added, renamed, merged, ordered and removed: labels follow in the same transaction, and every change is kept with its way back. */
import { TintypeError } from '@tintype/contracts/errors';
import type { ClassChange, ClassEvent, LabelClass } from '@tintype/contracts/label';
import type { ClassStore } from '@tintype/core/ports/catalog';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely } from 'kysely';
import { countLabels, type Making, moveLabels, moveLabelsBack } from './class-labels.ts';
import { fromJson, type StoreContext, type Write, write } from './context.ts';
import type { ClassTable, Tables } from './schema.ts';

type Kind = ClassChange['kind'];
type ChangeOf<K extends Kind> = Extract<ClassChange, { kind: K }>;

/** What taking a change back needs to know. */
interface Before {
  add: null;
  rename: null;
  merge: { key: string | null };
  reorder: { names: string[] };
  /** `taken`: the class that had the key. */
  setKey: { key: string | null; taken: string | null };
  remove: { key: string | null };
  undo: null;
}

interface Way<K extends Kind> {
  make(making: Making, change: ChangeOf<K>): Promise<{ labels?: number; before: Before[K] }>;
  /** Returns the pictures whose label changed. */
  takeBack(making: Making, done: Done<K>): Promise<number>;
}

/** A change that was made. */
interface Done<K extends Kind> {
  id: string;
  change: ChangeOf<K>;
  before: Before[K];
}

export function createClassStore(context: StoreContext): ClassStore {
  return {
    change: (change, by) =>
      write(context, async (trx) => {
        const making = { trx, id: context.clock.newId('class'), ...by };
        const { labels = 0, before } = await make(making, change);
        crashPoint('class.followed');
        const row = { id: making.id, change: JSON.stringify(change), before: JSON.stringify(before), labels, ...by };
        await trx.insertInto('class_events').values(row).execute();
        return { id: making.id, change, labels, ...by };
      }),
    async listChanges({ limit }) {
      const rows = await context.db
        .selectFrom('class_events')
        .selectAll()
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ id, change, labels, annotator, at }): ClassEvent => {
        return { id, change: fromJson<ClassChange>(change), labels, annotator, at };
      });
    },
  };
}

export async function listClasses(db: Kysely<Tables>): Promise<LabelClass[]> {
  return db
    .selectFrom('classes')
    .select(['name', 'position', 'key'])
    .where('removed_at', 'is', null)
    .orderBy('position')
    .orderBy('name')
    .execute();
}

const ways: { [K in Kind]: Way<K> } = {
  add: {
    async make({ trx }, { name }) {
      if (await findRow(trx, name)) throw new TintypeError('CLASS_EXISTS', { className: name });
      await put(trx, { name, position: await nextPosition(trx), key: null });
      return { before: null };
    },
    async takeBack(making, { change }) {
      await retire(making, change.name);
      return 0;
    },
  },
  rename: {
    make: async (making, { name, to }) => ({ labels: await rename(making, name, to), before: null }),
    takeBack: (making, { change: { name, to } }) => rename(making, to, name),
  },
  merge: {
    async make(making, { name, into }) {
      const { key } = await getRow(making.trx, name);
      await getRow(making.trx, into);
      if (name === into) throw new TintypeError('CLASS_EXISTS', { className: name });
      await leave(making, name, into);
      return { labels: await moveLabels(making, { from: name, to: into }), before: { key } };
    },
    async takeBack(making, { id, change: { name }, before: { key } }) {
      await revive(making.trx, name, key);
      return moveLabelsBack(making, { of: id, to: name });
    },
  },
  reorder: {
    async make({ trx }, { names }) {
      const before = (await listClasses(trx)).map((one) => one.name);
      await reorder(trx, names);
      return { before: { names: before } };
    },
    async takeBack({ trx }, { before: { names } }) {
      const there = new Set((await listClasses(trx)).map((one) => one.name));
      await reorder(
        trx,
        names.filter((name) => there.has(name)),
      );
      return 0;
    },
  },
  setKey: {
    async make({ trx }, { name, key }) {
      const row = await getRow(trx, name);
      const taken = key === null ? undefined : (await listClasses(trx)).find((one) => one.key === key);
      await setKey(trx, name, key);
      return { before: { key: row.key, taken: taken && taken.name !== name ? taken.name : null } };
    },
    async takeBack({ trx }, { change: { name, key }, before }) {
      await setKey(trx, name, before.key);
      if (before.taken !== null) await setKey(trx, before.taken, key);
      return 0;
    },
  },
  remove: {
    async make(making, { name }) {
      const { key } = await getRow(making.trx, name);
      await retire(making, name);
      return { before: { key } };
    },
    async takeBack({ trx }, { change: { name }, before: { key } }) {
      await revive(trx, name, key);
      return 0;
    },
  },
  undo: {
    async make(making, { change }) {
      const done = await findDone(making.trx, change);
      return { labels: await takeBack(making, done), before: null };
    },
    takeBack: (_making, { id }) => Promise.reject(notUndoable(id, 'it took back another change; make that one again')),
  },
};

const make = <K extends Kind>(making: Making, change: ChangeOf<K>): ReturnType<Way<K>['make']> => {
  const way: Way<K> = ways[change.kind as K];
  return way.make(making, change) as ReturnType<Way<K>['make']>;
};

function takeBack<K extends Kind>(making: Making, done: Done<K>): Promise<number> {
  const way: Way<K> = ways[done.change.kind as K];
  return way.takeBack(making, done);
}

async function rename(making: Making, name: string, to: string): Promise<number> {
  const { trx } = making;
  const { position, key } = await getRow(trx, name);
  if (await findRow(trx, to)) throw new TintypeError('CLASS_EXISTS', { className: to });
  await leave(making, name, to);
  await put(trx, { name: to, position, key });
  return moveLabels(making, { from: name, to });
}

const notUndoable = (change: string, reason: string): TintypeError<'CLASS_CHANGE_NOT_UNDOABLE'> =>
  new TintypeError('CLASS_CHANGE_NOT_UNDOABLE', { change, reason });

async function findDone(trx: Write, id: string): Promise<Done<Kind>> {
  const events = trx.selectFrom('class_events').selectAll();
  const row = await events.where('id', '=', id).executeTakeFirst();
  if (!row) throw notUndoable(id, 'there is no such change');
  const undo: ClassChange = { kind: 'undo', change: id };
  const isUndone = await events.where('change', '=', JSON.stringify(undo)).executeTakeFirst();
  if (isUndone) throw notUndoable(id, 'it was taken back already');
  return { id, change: fromJson<ClassChange>(row.change), before: fromJson<Before[Kind]>(row.before) };
}

type There = Pick<ClassTable, 'name' | 'position' | 'key'>;

/** The class, where it is there. */
async function findRow(trx: Write, name: string): Promise<There | undefined> {
  return (await listClasses(trx)).find((one) => one.name === name);
}

/** Throws CLASS_NOT_FOUND. */
async function getRow(trx: Write, name: string): Promise<There> {
  const all = await listClasses(trx);
  const row = all.find((one) => one.name === name);
  if (!row) throw new TintypeError('CLASS_NOT_FOUND', { className: name, known: all.map((one) => one.name) });
  return row;
}

/** Of a class that comes behind all others, also behind those that are gone: they may come back. */
export async function nextPosition(trx: Write): Promise<number> {
  const row = await trx
    .selectFrom('classes')
    .select((eb) => eb.fn.max('position').as('last'))
    .executeTakeFirst();
  return (row?.last ?? -1) + 1;
}

/** There from now on, whether it was before or not. */
async function put(trx: Write, { name, position, key }: There): Promise<void> {
  const row = { position, key, removed_at: null, became: null };
  await trx
    .insertInto('classes')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** Gone from now on; throws CLASS_IN_USE. */
async function retire({ trx, at }: Making, name: string): Promise<void> {
  const labels = await countLabels(trx, name);
  if (labels > 0) throw new TintypeError('CLASS_IN_USE', { className: name, labels });
  await trx.updateTable('classes').set({ removed_at: at, key: null, became: null }).where('name', '=', name).execute();
}

async function leave({ trx, at }: Making, name: string, became: string): Promise<void> {
  await trx.updateTable('classes').set({ removed_at: at, key: null, became }).where('name', '=', name).execute();
}

/** There again, with its key where nobody has it now. Throws CLASS_EXISTS. */
async function revive(trx: Write, name: string, key: string | null): Promise<void> {
  const all = await listClasses(trx);
  if (all.some((one) => one.name === name)) throw new TintypeError('CLASS_EXISTS', { className: name });
  const isFree = key !== null && !all.some((one) => one.key === key);
  await trx
    .updateTable('classes')
    .set({ removed_at: null, became: null, key: isFree ? key : null })
    .where('name', '=', name)
    .execute();
}

/** Whoever had the key has none then. */
async function setKey(trx: Write, name: string, key: string | null): Promise<void> {
  if (key !== null) await trx.updateTable('classes').set({ key: null }).where('key', '=', key).execute();
  await trx.updateTable('classes').set({ key }).where('name', '=', name).execute();
}

async function reorder(trx: Write, names: readonly string[]): Promise<void> {
  const known = (await listClasses(trx)).map((one) => one.name);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw new TintypeError('CLASS_NOT_FOUND', { className: missing, known });
  const order = [...new Set([...names, ...known])];
  for (const [position, name] of order.entries())
    await trx.updateTable('classes').set({ position }).where('name', '=', name).execute();
}
