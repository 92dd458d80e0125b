/** @file Comma-separated values (RFC 4180): commas, semicolons or tabs, and cells that no spreadsheet takes for a formula. */

/** Characters with which spreadsheets begin a formula (OWASP, CSV injection). */
const formulaStart = /^[=+\-@\t\r]/;

/** Rows of cells; empty lines are left out. The separator is what the first line holds most of. */
export function parseCsv(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '');
  const separator = findSeparator(source.slice(0, source.search(/[\r\n]|$/)));
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n][^${separator}\\r\\n]*|))(${separator}|\\r?\\n|\\r|$)`,
    'y',
  );
  for (let from = 0; from < source.length; from = cell.lastIndex) {
    const found = cell.exec(source);
    // A quote that never ends: the rest is the cell.
    if (!found) {
      row.push(source.slice(from));
      break;
    }
    row.push(readCell(found[1], found[2] ?? ''));
    if (found[3] === separator) {
      if (cell.lastIndex === source.length) row.push('');
      continue;
    }
    if (row.some((one) => one !== '')) rows.push(row);
    row = [];
  }
  if (row.some((one) => one !== '')) rows.push(row);
  return rows;
}

const readCell = (quoted: string | undefined, plain: string): string => {
  const value = quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"');
  return value.startsWith("'") && formulaStart.test(value.slice(1)) ? value.slice(1) : value;
};

function findSeparator(line: string): ',' | ';' | '\t' {
  const count = (one: string): number => line.split(one).length;
  const [first] = ([',', ';', '\t'] as const).toSorted((a, b) => count(b) - count(a));
  return first ?? ',';
}

/** With `\n` behind every row. */
export const renderCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(renderCell).join(',')}\n`).join('');

function renderCell(value: string): string {
  const safe = formulaStart.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
