/** @file Lists of samples: pages by position or behind a cursor, keys alone, and streams. */
import {
  isMeasure,
  type ListedSample,
  type MeasureName,
  parseSort,
  parseVersionName,
  type Sample,
  type SampleFilter,
  type SampleKey,
  type SampleQuery,
  sampleKeysQuerySchema,
  sampleQuerySchema,
} from '@tintype/contracts/catalog';
import type { Page } from '@tintype/contracts/ids';
import type { Kysely, RawBuilder, Selectable } from 'kysely';
import type { StoreContext } from './context.ts';
import { parseCursor, toPage } from './cursor.ts';
import { sql } from './kysely.ts';
import type { Memory } from './memory.ts';
import { toListedSample, toSample } from './sample-rows.ts';
import {
  asksManyTables,
  measureOf,
  type RenderOptions,
  renderSelection,
  type Selection,
  type SelectionSql,
} from './sample-selection.ts';
import type { SampleTable, Tables } from './schema.ts';
import { getView } from './views.ts';

const pageOfStream = 1000;
/** Of a list, before it is worth to make the set of what it holds. */
const farShare = 0.2;
/** Before a page, from where on a filter that keeps everything is worth finding out. */
const deepRows = 1000;

export interface ListContext extends StoreContext {
  /** Of totals. */
  memory: Memory;
}

export async function listSamples(context: ListContext, query: SampleQuery): Promise<Page<ListedSample>> {
  const asked = sampleQuerySchema.parse(query);
  const selection = await toSelection(context.db, asked);
  const page = await readPage(context, selection, { ...asked, toItem: ({ id }: { id: string }) => id });
  const rows = await readInOrder(context.db, page.items);
  const shown = await readShown(context.db, selection, page.items);
  return { ...page, items: rows.map((row) => ({ ...toListedSample(row), ...shown.get(row.id) })) };
}

export async function listSampleKeys(context: ListContext, query: SampleQuery): Promise<Page<SampleKey>> {
  const asked = sampleKeysQuerySchema.parse(query);
  const selection = await toSelection(context.db, asked);
  return readPage(context, selection, {
    ...asked,
    columns: sql`s.class_name as "className", s.group_name as "group"`,
    toItem: (row: SampleKey) => row,
  });
}

export async function* streamSamples({ db }: StoreContext, query: SampleQuery): AsyncGenerator<Sample> {
  const selected = renderSelection(await toSelection(db, sampleQuerySchema.parse(query)), {
    isById: true,
    withColumns: true,
  });
  let after = '';
  while (true) {
    const rows = await readBehind(db, selected, after);
    for (const row of rows) yield toSample(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageOfStream) return;
    after = last.id;
  }
}

async function readBehind(db: Kysely<Tables>, { from, where, order, id }: SelectionSql, after: string) {
  const { rows } = await sql<SampleTable>`select s.* from ${from} where ${where} and ${id} > ${after}
    order by ${order} limit ${pageOfStream}`.execute(db);
  return rows;
}

type Asked = ReturnType<typeof sampleQuerySchema.parse>;

/** Throws VIEW_NOT_FOUND. */
function toSelection(db: Kysely<Tables>, asked: Asked): Promise<Selection> {
  const { className, cursor: _cursor, limit: _limit, offset: _offset, ...filter } = asked;
  return resolveView(db, { ...filter, class: filter.class ?? className });
}

/** The trash is shown where the view shows it, and in the view's order where the query has none. */
async function resolveView(db: Kysely<Tables>, { view: viewId, ...filter }: SampleFilter): Promise<Selection> {
  if (viewId === undefined) return filter;
  const { query } = await getView(db, viewId);
  if (!query) return { ...filter, view: { id: viewId, query: null } };
  const removed = query.removed ?? filter.removed;
  const inner = await resolveView(db, { ...query, removed });
  return { ...filter, removed, sort: filter.sort ?? ownSort(filter, query), view: { id: viewId, query: inner } };
}

/** The order of a view by confidence is of the version that it names; a query that names none cannot have it. */
const ownSort = (filter: SampleFilter, query: SampleFilter): SampleFilter['sort'] =>
  query.sort?.endsWith('confidence') && filter.version !== query.version ? undefined : query.sort;

interface PageOptions<Row, Item> extends Pick<Asked, 'cursor' | 'offset' | 'limit'> {
  /** Of the samples, beside their id. */
  columns?: RawBuilder<unknown>;
  toItem: (row: Row) => Item;
}

/** Found in the index of their order: of the rows before a page, or behind it where they are fewer, nothing is read but their place. */
async function readPage<Row extends { id: string }, Item>(
  context: ListContext,
  selection: Selection,
  { cursor, offset, limit, columns, toItem }: PageOptions<Row, Item>,
): Promise<Page<Item>> {
  const { isById } = renderSelection(selection);
  const isBehind = cursor !== undefined && offset === undefined;
  const after = isBehind && isById ? parseCursor(cursor, [''] as const)[0] : undefined;
  const start = offset ?? (isBehind && !isById ? parseCursor(cursor, [0] as const)[0] : 0);
  const total = await countAll(context, selection);
  const size = limit + 1;
  const rows =
    after === undefined
      ? await readPart<Row>(context, selection, { start, size, total, columns })
      : await readRows<Row>(context, selection, { after, size, columns });
  return toPage(rows, { limit, total, toItem, keyOf: (row) => (isById ? [row.id] : [start + limit]) });
}

interface Part extends Pick<RenderOptions, 'isReversed' | 'within'> {
  /** Rows before it in its order. Default 0. */
  start?: number;
  size: number;
  /** Id behind which it begins. */
  after?: string | undefined;
  columns?: RawBuilder<unknown> | undefined;
}

async function readRows<Row>({ db, hasStatistics }: ListContext, selection: Selection, part: Part): Promise<Row[]> {
  const { start = 0, size, after, columns, ...options } = part;
  const withColumns = columns !== undefined;
  const { from, where, order, id } = renderSelection(selection, { hasStatistics, withColumns, ...options });
  const { rows } = await sql<Row>`select ${id} as id${columns ? sql`, ${columns}` : sql``} from ${from}
    where ${where}${after === undefined ? sql`` : sql` and ${id} > ${after}`}
    order by ${order} limit ${size} offset ${start}`.execute(db);
  return rows;
}

/** A page anywhere in a list of which is known how long it is: read from the nearer end, and without filters that keep everything. */
async function readPart<Row>(
  context: ListContext,
  selection: Selection,
  { total, ...part }: Part & { start: number; total: number },
): Promise<Row[]> {
  const size = Math.min(part.size, total - part.start);
  if (size <= 0) return [];
  const behind = total - part.start - size;
  const isReversed = behind < part.start;
  const start = isReversed ? behind : part.start;
  const isFar = (start + size) / total > farShare && asksManyTables(selection);
  const isHelped = !context.hasStatistics && (isFar || start > deepRows);
  const asked = isHelped ? await simplify(context, selection, { total, isFar }) : { selection };
  const rows = await readRows<Row>(context, asked.selection, {
    ...part,
    start,
    size,
    isReversed,
    within: asked.within,
  });
  return isReversed ? rows.toReversed() : rows;
}

/** The same list in fewer words, or within a set of its ids. It counts everything there is, so it is for pages that cost more than that. */
async function simplify(
  context: ListContext,
  selection: Selection,
  { total, isFar }: { total: number; isFar: boolean },
): Promise<{ selection: Selection; within?: RenderOptions['within'] }> {
  const all = withoutFilters(selection);
  const most = await countAll(context, all);
  if (total === most) return { selection: all };
  return isFar ? { selection: all, within: { selection, isSmall: total < most * farShare } } : { selection };
}

/** Everything in the trash, or everything else, that has what its order needs. */
function withoutFilters({ removed, sort, version, view }: Selection): Selection {
  const isByConfidence = sort !== undefined && parseSort(sort).by === 'confidence';
  const isList = sort === undefined && view?.query === null;
  return { removed, sort, ...(isByConfidence ? { version } : {}), ...(isList ? { view } : {}) };
}

/** The same for every page and order of a query, so it is counted once. A list by a measure leaves out what has none. */
async function countAll(context: ListContext, { sort, ...selection }: Selection): Promise<number> {
  const { db, memory, hasStatistics } = context;
  const by = sort && parseSort(sort).by;
  const isPart = by !== undefined && isMeasure(by) && !(await isMeasured(context, by));
  const needed: Selection = { ...selection, sort: isPart ? by : undefined };
  return memory.recall(`samples ${JSON.stringify(needed)}`, async () => {
    const { from, where } = renderSelection(needed, { isById: true, hasStatistics });
    const { rows } = await sql<{ total: number }>`select count(*) as total from ${from} where ${where}`.execute(db);
    return rows[0]?.total ?? 0;
  });
}

/** Whether every sample has a measure; no row of one is without its sample. */
function isMeasured({ db, memory }: ListContext, measure: MeasureName): Promise<boolean> {
  return memory.recall(`measured ${measure}`, async () => {
    const { rows } = await sql<{
      isMeasured: number;
    }>`select count(${sql.ref(measure)}) = (select count(*) from samples)
      as "isMeasured" from sample_measures`.execute(db);
    return Boolean(rows[0]?.isMeasured);
  });
}

/** Rows in the order of their ids. */
async function readInOrder(db: Kysely<Tables>, ids: readonly string[]): Promise<Selectable<SampleTable>[]> {
  if (ids.length === 0) return [];
  const found = await db.selectFrom('samples').selectAll().where('id', 'in', ids).execute();
  const rows = new Map(found.map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

type Shown = Pick<ListedSample, 'prediction' | 'measure'>;

/** What a list shows beside the samples because it asks for it. */
async function readShown(
  db: Kysely<Tables>,
  selection: Selection,
  ids: readonly string[],
): Promise<Map<string, Shown>> {
  const shown = new Map<string, Shown>();
  if (ids.length === 0) return shown;
  if (selection.version !== undefined) {
    const { model, version } = parseVersionName(selection.version);
    const rows = await db
      .selectFrom('sample_predictions')
      .select(['sample_id', 'predicted', 'confidence'])
      .where('model', '=', model)
      .where('version', '=', version)
      .where('sample_id', 'in', ids)
      .execute();
    for (const { sample_id, ...prediction } of rows) shown.set(sample_id, { prediction });
  }
  const measure = measureOf(selection);
  if (measure !== undefined) {
    const rows = await db.selectFrom('sample_measures').selectAll().where('sample_id', 'in', ids).execute();
    for (const row of rows) {
      const value = row[measure];
      if (value !== null) shown.set(row.sample_id, { ...shown.get(row.sample_id), measure: value });
    }
  }
  return shown;
}
