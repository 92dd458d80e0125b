/** @file Class names as people keep them: one a line, `0 name` lines (Teachable Machine), CSV, or JSON. */
import { ModelRefusal } from './model-file-error.ts';

const nameColumns = ['class', 'class_name', 'classname', 'label', 'name', 'category'];
const indexColumns = ['index', 'class_index', 'class_id', 'id', 'code', 'number'];

/**
 * In class-index order. A CSV with one row per picture gives its distinct classes in alphabetical order, as Keras counts them. Throws
 * ModelRefusal.
 */
export function parseClassNames(text: string, { file }: { file: string }): string[] {
  const content = text.replace(/^\uFEFF/, '').trim();
  const names = /^[[{]/.test(content)
    ? parseJsonNames(content)
    : /\.csv$/i.test(file)
      ? parseCsvNames(content)
      : parseLines(content);
  if (names.length === 0 || names.some((name) => name === ''))
    throw new ModelRefusal('it names no classes, or leaves one empty');
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw new ModelRefusal(`it names the class "${twice}" twice`);
  return names;
}

/** A list of names, `{ name: index }` or `{ index: name }`; Teachable Machine's metadata.json has them under `labels`. */
function parseJsonNames(content: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new ModelRefusal('it is not JSON', { cause });
  }
  const stated = Array.isArray(value) ? value : ((value as Record<string, unknown>).labels ?? value);
  if (Array.isArray(stated)) return stated.map(String);
  const entries = Object.entries(stated as Record<string, unknown>);
  const pairs = entries.map(([key, other]) =>
    typeof other === 'number' ? ([other, key] as const) : ([Number(key), String(other)] as const),
  );
  return inOrder(pairs);
}

function parseLines(content: string): string[] {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  const numbered = lines.map((line) => /^(\d+)[\s:,]+(.+)$/.exec(line));
  const indices = numbered.map((match) => Number(match?.[1]));
  // Lines such as `2 euros` are names, unless all lines count from 0 on.
  const areCounted = indices.toSorted((a, b) => a - b).every((index, n) => index === n);
  return areCounted ? inOrder(numbered.map((match) => [Number(match?.[1]), match?.[2] ?? ''] as const)) : lines;
}

function parseCsvNames(content: string): string[] {
  const [first = [], ...rest] = parseCsv(content);
  const header = first.map((cell) => cell.toLowerCase());
  const nameColumn = header.findIndex((cell) => nameColumns.includes(cell));
  if (nameColumn < 0)
    return first.length === 1 ? [first, ...rest].map(([cell = '']) => cell) : byContent([first, ...rest]);
  const indexColumn = header.findIndex((cell) => indexColumns.includes(cell));
  const names = rest.map((row) => row[nameColumn] ?? '');
  const indices = rest.map((row) => Number(row[indexColumn]));
  const distinct = [...new Set(names)];
  if (distinct.length < names.length) return distinct.toSorted((a, b) => (a < b ? -1 : 1));
  const areIndices = indexColumn >= 0 && indices.toSorted((a, b) => a - b).every((index, n) => index === n);
  return areIndices ? inOrder(names.map((name, n) => [indices[n] as number, name] as const)) : names;
}

/** Without a header: two columns, one of which counts. */
function byContent(rows: readonly (readonly string[])[]): string[] {
  const counting = [0, 1].find((column) =>
    rows
      .map((row) => Number(row[column]))
      .toSorted((a, b) => a - b)
      .every((value, n) => value === n),
  );
  if (counting === undefined) throw new ModelRefusal('it has no column called class, label or name');
  return inOrder(rows.map((row) => [Number(row[counting]), row[1 - counting] ?? ''] as const));
}

function inOrder(pairs: readonly (readonly [number, string])[]): string[] {
  const sorted = pairs.toSorted(([a], [b]) => a - b);
  if (!sorted.every(([index], n) => index === n)) throw new ModelRefusal('its indices do not count from 0 on');
  return sorted.map(([, name]) => name);
}

/** RFC 4180, with commas, semicolons or tabs. */
function parseCsv(content: string): string[][] {
  const separator = [',', ';', '\t'].find((mark) => content.split(/\r?\n/, 1)[0]?.includes(mark)) ?? ',';
  const rows: string[][] = [[]];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < content.length; at += 1) {
    const character = content[at] as string;
    if (isQuoted && character === '"' && content[at + 1] === '"') cell += content[(at += 1)];
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === separator || character === '\n')) {
      rows.at(-1)?.push(cell.trim());
      cell = '';
      if (character === '\n') rows.push([]);
    } else cell += character;
  }
  rows.at(-1)?.push(cell.trim());
  return rows.filter((row) => row.some((value) => value !== ''));
}
