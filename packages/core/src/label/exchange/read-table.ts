/** @file Labels in a table: CSV with a header or without, and the metadata files of Hugging Face's imagefolder. */
import { dirname, join } from 'node:path/posix';
import { parseCsv } from './csv.ts';
import type { ReadFile, WrittenLabel, WrittenLabels } from './labels.types.ts';

/** What columns are called by tools that people use. */
const columnNames = {
  name: ['path', 'file', 'filename', 'file_name', 'filepath', 'image', 'image_path', 'img', 'picture', 'name', 'url'],
  className: ['class', 'label', 'class_name', 'classname', 'category', 'target', 'tag'],
  contentHash: ['content_hash', 'sha256', 'hash'],
  sampleId: ['sample', 'sample_id'],
  annotator: ['annotator', 'labeled_by', 'user', 'author'],
  at: ['at', 'labeled_at', 'date', 'time'],
} as const;
type Column = keyof typeof columnNames;

/** Undefined where it is no table with pictures and classes. */
export function readCsvLabels({ path, bytes }: ReadFile): WrittenLabels | undefined {
  return readRows(parseCsv(new TextDecoder().decode(bytes)), { hasHeader: undefined, folder: dirname(path) });
}

/** `metadata.csv` or `metadata.jsonl` with `file_name`; without a column for the class it is the folder of the picture. */
export function readImagefolder(file: ReadFile): WrittenLabels | undefined {
  const text = new TextDecoder().decode(file.bytes);
  const rows = /\.jsonl$/i.test(file.path) ? tableOfLines(text) : parseCsv(text);
  if (!rows?.[0]?.includes('file_name')) return undefined;
  return readRows(rows, { hasHeader: true, folder: dirname(file.path) });
}

/** One JSON object a line, as a table with the keys of the first as its header. */
function tableOfLines(text: string): string[][] | undefined {
  try {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const keys = Object.keys(objects[0] ?? {});
    const cell = (value: unknown): string =>
      typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    return [keys, ...objects.map((object) => keys.map((key) => cell(object[key])))];
  } catch {
    return undefined;
  }
}

function readRows(
  rows: readonly (readonly string[])[],
  { hasHeader, folder }: { hasHeader: boolean | undefined; folder: string },
): WrittenLabels | undefined {
  const header = findColumns(rows[0] ?? []);
  const isNamed = header.name !== undefined || header.contentHash !== undefined || header.sampleId !== undefined;
  if (isNamed && (header.className !== undefined || hasHeader)) return readBody(rows.slice(1), header, folder);
  // Without a header: path, class.
  const isPlain = rows.length > 0 && rows.every((row) => row.length >= 2) && looksLikePath(rows[0]?.[0] ?? '');
  return isPlain && !hasHeader ? readBody(rows, { name: 0, className: 1 }, folder) : undefined;
}

const looksLikePath = (text: string): boolean => /\.(jpe?g|png|webp|gif|tiff?|avif|bmp)$/i.test(text);

type Columns = Partial<Record<Column, number>>;

function findColumns(header: readonly string[]): Columns {
  const lower = header.map((one) => one.trim().toLowerCase().replaceAll(/[ -]/g, '_'));
  const columns: Columns = {};
  for (const [column, names] of Object.entries(columnNames) as [Column, readonly string[]][]) {
    const position = names.map((name) => lower.indexOf(name)).find((at) => at >= 0);
    if (position !== undefined) columns[column] = position;
  }
  return columns;
}

function readBody(rows: readonly (readonly string[])[], columns: Columns, folder: string): WrittenLabels {
  const written: WrittenLabels = { labels: [], skipped: [] };
  const byPicture = new Map<string, WrittenLabel>();
  for (const row of rows) {
    const cell = (column: Column): string => row[columns[column] ?? -1]?.trim() ?? '';
    const given = cell('name') || cell('sampleId') || cell('contentHash');
    const name = cell('name') && folder !== '.' ? join(folder, cell('name')) : given;
    const className = columns.className === undefined ? folderOf(cell('name')) : cell('className');
    if (className === '') {
      written.skipped.push({ name: given || '(no name)', reason: 'it has no class' });
      continue;
    }
    const at = parseTime(cell('at'));
    const label: WrittenLabel = {
      name,
      className,
      ...(/^[0-9a-f]{64}$/.test(cell('contentHash')) ? { contentHash: cell('contentHash') } : {}),
      ...(/^s_[0-9a-f]{20}$/.test(cell('sampleId')) ? { sampleId: cell('sampleId') } : {}),
      ...(cell('annotator') ? { annotator: cell('annotator') } : {}),
      ...(at === undefined ? {} : { at }),
    };
    const before = byPicture.get(name);
    if (before?.annotator !== undefined && label.annotator !== undefined && before.annotator !== label.annotator) {
      before.others = [...(before.others ?? []), label];
    } else {
      written.labels.push(label);
      byPicture.set(name, label);
    }
  }
  return written;
}

const folderOf = (path: string): string => path.split('/').at(-2) ?? '';

/** ISO 8601, or milliseconds since 1970. */
export function parseTime(text: string): number | undefined {
  const at = /^\d{12,13}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(at) && at >= 0 ? at : undefined;
}
