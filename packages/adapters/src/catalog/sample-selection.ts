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

interface RenderOptions {
  /** In the order of ids, whatever the query says. */
  isById?: boolean;
  /** Of the database; without them it is kept from indexes that would have to be sorted. */
  hasStatistics?: boolean | undefined;
}

export function renderSelection(selection: Selection, options: RenderOptions = {}): SelectionSql {
  const asked = selection.sort && parseSort(selection.sort);
  const sort = options.isById ? undefined : asked;
  const sides = listSides(selection, asked?.by);
  const driver = findDriver(sides, sort?.by);
  const others = sides.filter((side) => side !== driver);
  const tables = [...(driver ? [driver.table] : []), sql`samples s`, ...others.map(({ table }) => table)];
  const conditions = [
    ...sides.flatMap(({ alias, conditions: own }) => [...own, sql`s.id = ${sql.ref(`${alias}.sample_id`)}`]),
    ...sampleConditions(selection, sort && sort.by in sampleOrders && !options.hasStatistics ? hidden : plain),
  ];
  const id = sql.ref<string>(driver ? `${driver.alias}.sample_id` : 's.id');
  const isListOrder = driver?.alias === 'v' && !options.isById;
  return {
    from: sql.join(tables, sql` cross join `),
    where: sql.join(conditions, sql` and `),
    order: isListOrder ? sql`v.position` : sort ? renderOrder(sort, id) : sql`${id}`,
    id,
    isById: !sort && !isListOrder,
  };
}

/** The measure whose value a list shows. */
export function measureOf({ sort, measure }: Pick<Selection, 'sort' | 'measure'>): MeasureName | undefined {
  const by = sort && parseSort(sort).by;
  if (by && isMeasure(by)) return by;
  return measure === undefined ? undefined : parseMeasureRange(measure).name;
}

function listSides({ view, tag, version, measure, ...rest }: Selection, by: SortName | undefined): Side[] {
  const sides: Side[] = [];
  if (view?.query === null)
    sides.push({ alias: 'v', table: sql`view_samples v`, conditions: [sql`v.view_id = ${view.id}`] });
  if (tag !== undefined) sides.push({ alias: 't', table: sql`sample_tags t`, conditions: [sql`t.tag = ${tag}`] });
  if (version !== undefined)
    sides.push({ alias: 'p', table: sql`sample_predictions p`, conditions: predictionConditions(version, rest, by) });
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

function renderOrder({ by, isDescending }: { by: SortName; isDescending: boolean }, id: Sql): Sql {
  const column = sampleOrders[by] ?? (by === 'confidence' ? sql`p.confidence` : sql.ref(`m.${by}`));
  // Of all orders only labels may be missing, and databases put them in different places unless told.
  if (by === 'label')
    return isDescending ? sql`${column} desc nulls last, ${id} desc` : sql`${column} nulls first, ${id}`;
  return isDescending ? sql`${column} desc, ${id} desc` : sql`${column}, ${id}`;
}

/** A range is for an index only where that has the order, too: elsewhere it would be read anew for every sample. */
const unindexed = (column: Sql): Sql => sql`(${column} + 0)`;

function predictionConditions(
  name: string,
  { predicted, confidence, wrong }: Partial<Selection>,
  by: SortName | undefined,
): Sql[] {
  const { model, version } = parseVersionName(name);
  const conditions = [sql`p.model = ${model}`, sql`p.version = ${version}`];
  const column = by === 'confidence' ? sql`p.confidence` : unindexed(sql`p.confidence`);
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

function sampleConditions(selection: Selection, column: (name: string) => Sql): Sql[] {
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
    const inner = renderSelection(view.query, { isById: true });
    conditions.push(sql`s.id in (select ${inner.id} from ${inner.from} where ${inner.where})`);
  }
  return conditions;
}

function likePattern(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`;
}
