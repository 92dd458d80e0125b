/**
 * @file A query of samples as SQL. One table drives and is read along the index of its order, so that nothing is sorted and a page may start anywhere; the
 * others are looked up by key. `cross join` tells SQLite to keep it so; to every other database it is an inner join.
 */
import {
  isMeasure,
  type MeasureName,
  parseMeasureRange,
  parseRange,
  parseSort,
  parseVersionName,
  type Range,
  type SampleFilter,
  type SortName,
} from '@tintype/contracts/catalog';
import type { RawBuilder } from 'kysely';
import { sql } from './kysely.ts';

/** What is asked, with its view looked up: a list has no query. */
export interface Selection extends Omit<SampleFilter, 'view'> {
  view?: { id: string; query: Selection | null } | undefined;
}

type Sql = RawBuilder<unknown>;

export interface SelectionSql {
  from: Sql;
  where: Sql;
  order: Sql;
  /** Id of the sample, from the driving table. */
  id: RawBuilder<string>;
  /** Whether the order is that of ids, so that a page can start behind one. */
  isById: boolean;
}

/** A table beside the samples, and what of the query it answers. */
interface Side {
  alias: 'v' | 't' | 'p' | 'm';
  table: Sql;
  conditions: Sql[];
}

const sampleOrders: Partial<Record<SortName, Sql>> = {
  added: sql`s.created_at`,
  path: sql`s.path`,
  label: sql`s.class_name`,
  size: sql`s.size_bytes`,
};

export interface RenderOptions {
  /** In the order of ids, whatever the query says: for sets and for streams. */
  isById?: boolean;
  /** From the last to the first. */
  isReversed?: boolean;
  /** Whether columns of the samples are read; without them their table is left out where nothing is asked of it. */
  withColumns?: boolean;
  /** Of the ids of this selection alone, which is worth it where much of the list is read: it is made once instead of looked up row by row. */
  within?: { selection: Selection; isSmall: boolean } | undefined;
  /** Of the database; without them it is kept from indexes that would have to be sorted. */
  hasStatistics?: boolean | undefined;
}

export function renderSelection(selection: Selection, options: RenderOptions = {}): SelectionSql {
  const asked = selection.sort && parseSort(selection.sort);
  const sort = options.isById ? undefined : asked;
  const isAlone = !options.hasStatistics && !options.withColumns && asksOneTable(selection, asked?.by);
  const sides = listSides(selection, { by: asked?.by, isSet: isAlone && options.isById === true });
  const driver = findDriver(sides, sort?.by);
  const id = sql.ref<string>(driver ? `${driver.alias}.sample_id` : 's.id');
  const isListOrder = driver?.alias === 'v' && !options.isById;
  const order = isListOrder ? inDirection(sql`v.position`, options) : renderOrder(sort, { id, ...options });
  const rest = { order, id, isById: !sort && !isListOrder };
  const within = options.within ? [inSet(options.within, id)] : [];
  if (driver && isAlone) {
    const where = sql.join([...driver.conditions, inTrash(selection, id), ...within], sql` and `);
    return { from: driver.table, where, ...rest };
  }
  const others = sides.filter((side) => side !== driver);
  const tables = [...(driver ? [driver.table] : []), sql`samples s`, ...others.map(({ table }) => table)];
  const isLed = sort !== undefined && sort.by in sampleOrders && !options.hasStatistics;
  const conditions = [
    ...sides.flatMap(({ alias, conditions: own }) => [...own, sql`s.id = ${sql.ref(`${alias}.sample_id`)}`]),
    ...sampleConditions(selection, isLed ? hidden : plain, options),
    // In the order of ids the samples are looked up side by side, three times as fast as anywhere.
    ...(options.isById && driver?.alias === 'p' && !options.hasStatistics ? [sql`${id} > ''`] : []),
    ...within,
  ];
  return { from: sql.join(tables, sql` cross join `), where: sql.join(conditions, sql` and `), ...rest };
}

/** Which table answers each part of a query; `samples` are those that its order may need as well. */
const askedOf: Record<keyof Selection, 'samples' | 'side' | 'nothing'> = {
  dataset: 'samples',
  class: 'samples',
  split: 'samples',
  annotator: 'samples',
  source: 'samples',
  group: 'samples',
  text: 'samples',
  from: 'samples',
  to: 'samples',
  issue: 'samples',
  wrong: 'samples',
  view: 'side',
  tag: 'side',
  version: 'side',
  measure: 'side',
  // With the version.
  predicted: 'nothing',
  confidence: 'nothing',
  removed: 'nothing',
  sort: 'nothing',
};
const asks = (selection: Selection, of: 'samples' | 'side'): (keyof Selection)[] =>
  (Object.keys(askedOf) as (keyof Selection)[]).filter((name) => askedOf[name] === of && selection[name] !== undefined);

/** Whether a list in an order is filtered by what the index of that order does not hold. */
export function asksManyTables(selection: Selection): boolean {
  const by = selection.sort && parseSort(selection.sort).by;
  if (by === undefined) return false;
  const [own, sides] = [asks(selection, 'samples'), asks(selection, 'side')];
  if (by in sampleOrders) return sides.length > 0;
  return own.length > 0 || sides.some((side) => by !== 'confidence' || side !== 'version');
}

/** Whether nothing is asked of the samples but that they are in the trash, or not, and of one table beside them. */
function asksOneTable(selection: Selection, by: SortName | undefined): boolean {
  if (asks(selection, 'samples').length > 0 || selection.view?.query || (by && by in sampleOrders)) return false;
  const sides = new Set(asks(selection, 'side'));
  if (by && isMeasure(by)) sides.add('measure');
  return sides.size === 1;
}

/** The trash is small beside the rest, and read once: nothing is looked up for every sample. */
const inTrash = ({ removed }: Selection, id: Sql): Sql =>
  sql`${id} ${removed ? sql`in` : sql`not in`} (select id from samples where removed = 1)`;

/** Few are looked up and sorted; with many the index of the order is read, which SQLite does if it cannot look them up. */
function inSet({ selection, isSmall }: NonNullable<RenderOptions['within']>, id: Sql): Sql {
  const set = renderSelection(selection, { isById: true });
  return sql`${isSmall ? id : sql`(${id} || '')`} in (select ${set.id} from ${set.from} where ${set.where})`;
}

/** The measure whose value a list shows. */
export function measureOf({ sort, measure }: Pick<Selection, 'sort' | 'measure'>): MeasureName | undefined {
  const by = sort && parseSort(sort).by;
  if (by && isMeasure(by)) return by;
  return measure === undefined ? undefined : parseMeasureRange(measure).name;
}

interface SideOptions {
  by: SortName | undefined;
  /** It has no order, so that the index of a range may be read. */
  isSet: boolean;
}

function listSides({ view, tag, version, measure, ...rest }: Selection, { by, isSet }: SideOptions): Side[] {
  const sides: Side[] = [];
  if (view?.query === null)
    sides.push({ alias: 'v', table: sql`view_samples v`, conditions: [sql`v.view_id = ${view.id}`] });
  if (tag !== undefined) sides.push({ alias: 't', table: sql`sample_tags t`, conditions: [sql`t.tag = ${tag}`] });
  if (version !== undefined)
    sides.push({
      alias: 'p',
      table: sql`sample_predictions p`,
      conditions: predictionConditions(version, rest, isSet || by === 'confidence'),
    });
  if (measure !== undefined || (by && isMeasure(by)))
    sides.push({
      alias: 'm',
      table: sql`sample_measures m`,
      conditions: measureConditions(measure, { by, isFirst: sides.length === 0 }),
    });
  return sides;
}

/** The table that has the order; without one asked for, the narrowest. Undefined: the samples. */
function findDriver(sides: readonly Side[], by: SortName | undefined): Side | undefined {
  if (by === undefined) return sides[0];
  if (by in sampleOrders) return undefined;
  return sides.find(({ alias }) => alias === (by === 'confidence' ? 'p' : 'm'));
}

interface OrderOptions extends Pick<RenderOptions, 'isReversed'> {
  id: Sql;
}

/** Without an order asked for, that of ids. */
function renderOrder(
  sort: { by: SortName; isDescending: boolean } | undefined,
  { id, isReversed = false }: OrderOptions,
): Sql {
  if (!sort) return inDirection(id, { isReversed });
  const { by } = sort;
  const isDescending = sort.isDescending !== isReversed;
  const column = sampleOrders[by] ?? (by === 'confidence' ? sql`p.confidence` : sql.ref(`m.${by}`));
  // Of all orders only labels may be missing, and databases put them in different places unless told.
  if (by === 'label')
    return isDescending ? sql`${column} desc nulls last, ${id} desc` : sql`${column} nulls first, ${id}`;
  return isDescending ? sql`${column} desc, ${id} desc` : sql`${column}, ${id}`;
}

const inDirection = (column: Sql, { isReversed }: Pick<RenderOptions, 'isReversed'>): Sql =>
  isReversed ? sql`${column} desc` : column;

/** A range is for an index only where that has the order, too: elsewhere it would be read anew for every sample. */
const unindexed = (column: Sql): Sql => sql`(${column} + 0)`;

function predictionConditions(
  name: string,
  { predicted, confidence, wrong }: Partial<Selection>,
  isLeading: boolean,
): Sql[] {
  const { model, version } = parseVersionName(name);
  const conditions = [sql`p.model = ${model}`, sql`p.version = ${version}`];
  const column = isLeading ? sql`p.confidence` : unindexed(sql`p.confidence`);
  if (predicted !== undefined) conditions.push(sql`p.predicted = ${predicted}`);
  if (confidence !== undefined) conditions.push(...inRange(column, parseRange(confidence)));
  // Against the label of today: what was mended meanwhile is wrong no more.
  if (wrong !== undefined) conditions.push(wrong ? sql`p.predicted <> s.class_name` : sql`p.predicted = s.class_name`);
  return conditions;
}

/** `isFirst`: no other table beside the samples is asked before it. */
function measureConditions(
  measure: string | undefined,
  { by, isFirst }: { by: SortName | undefined; isFirst: boolean },
): Sql[] {
  const conditions = by && isMeasure(by) ? [sql`${sql.ref(`m.${by}`)} is not null`] : [];
  if (measure === undefined) return conditions;
  const { name, ...range } = parseMeasureRange(measure);
  const column = sql.ref(`m.${name}`);
  const isLeading = by === name || (by === undefined && isFirst);
  return [...conditions, ...inRange(isLeading ? column : unindexed(column), range)];
}

function inRange(column: Sql, { low, high }: Range): Sql[] {
  if (low === undefined && high === undefined) return [sql`${column} is not null`];
  return [
    ...(low === undefined ? [] : [sql`${column} >= ${low}`]),
    ...(high === undefined ? [] : [sql`${column} <= ${high}`]),
  ];
}

const plain = (column: string): Sql => sql.ref(`s.${column}`);
/** The same value, as no index has it: the index of the order is read instead, which holds the column too. */
const hidden = (column: string): Sql => sql`(${sql.ref(`s.${column}`)} || '')`;
const dayMs = 86_400_000;

function sampleConditions(
  selection: Selection,
  column: (name: string) => Sql,
  { hasStatistics }: RenderOptions,
): Sql[] {
  const { removed, class: className, text, from, to, issue, view } = selection;
  const conditions = [sql`s.removed = ${removed ? 1 : 0}`];
  const equal = {
    dataset: selection.dataset,
    split: selection.split,
    labeled_by: selection.annotator,
    label_source: selection.source,
    group_name: selection.group,
  };
  for (const [name, value] of Object.entries(equal))
    if (value !== undefined) conditions.push(sql`${column(name)} = ${value}`);
  if (className === '') conditions.push(sql`${column('class_name')} is null`);
  else if (className !== undefined) conditions.push(sql`${column('class_name')} = ${className}`);
  if (text) conditions.push(sql`lower(s.path) like ${likePattern(text)} escape '!'`);
  if (from !== undefined) conditions.push(sql`s.created_at + 0 >= ${Date.parse(from)}`);
  if (to !== undefined) conditions.push(sql`s.created_at + 0 < ${Date.parse(to) + dayMs}`);
  if (issue !== undefined)
    conditions.push(
      sql`s.id in (select i.sample_id from data_issues i where i.kind = ${issue} and i.sample_id is not null)`,
    );
  if (view?.query) {
    const inner = renderSelection(view.query, { isById: true, hasStatistics });
    conditions.push(sql`s.id in (select ${inner.id} from ${inner.from} where ${inner.where})`);
  }
  return conditions;
}

function likePattern(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`;
}
