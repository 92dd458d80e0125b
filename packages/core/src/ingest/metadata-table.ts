/** @file Classes from a metadata.csv beside the pictures, as Hugging Face's image folders have it: `file_name,label`. RFC 4180. */
import { TintypeError } from '@tintype/contracts/errors';
import { classNameSchema } from '@tintype/contracts/ids';

const pathColumns = ['file_name', 'filename', 'path', 'file', 'image'];
const classColumns = ['label', 'class', 'class_name', 'classname', 'category'];

/** Class by path, null where the table says that there is none. Throws USAGE_INVALID. */
export function parseMetadataTable(text: string, file: string): ReadonlyMap<string, string | null> {
  const [header = [], ...rows] = parseCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  const pathAt = names.findIndex((name) => pathColumns.includes(name));
  const classAt = names.findIndex((name) => classColumns.includes(name));
  if (pathAt < 0 || classAt < 0)
    throw new TintypeError('USAGE_INVALID', {
      problem: `${file} has no columns file_name and label in its first line.`,
    });
  const classes = new Map<string, string | null>();
  for (const row of rows) {
    const path = (row[pathAt] ?? '').replace(/^\.\//, '');
    const className = classNameSchema.safeParse(row[classAt] ?? '');
    if (path !== '') classes.set(path, className.success ? className.data : null);
  }
  return classes;
}

/** Rows of fields; quoted fields may hold commas, quotes and line breaks. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const fields = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/gy;
  const body = text.replace(/^\uFEFF/, '');
  while (fields.lastIndex < body.length) {
    const match = fields.exec(body);
    if (!match) break;
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}
