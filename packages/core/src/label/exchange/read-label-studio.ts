/** @file Labels of Label Studio: JSON and JSON-MIN, as its export gives them (https://labelstud.io/guide/task_format). */
import type { WrittenLabel, WrittenLabels } from './labels.types.ts';
import { parseTime } from './read-table.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Undefined where it is not a list of tasks. */
export function readLabelStudio(json: unknown): WrittenLabels | undefined {
  if (!Array.isArray(json) || json.length === 0 || !json.every(isObject)) return undefined;
  const tasks = json as Json[];
  if (tasks.every((task) => isObject(task.data) && ('annotations' in task || 'completions' in task)))
    return gather(tasks.map(readTask));
  const isSmall = tasks.every((task) => 'annotation_id' in task || ('lead_time' in task && 'annotator' in task));
  return isSmall ? gather(tasks.map(readSmallTask)) : undefined;
}

type Task = { name: string } & ({ label: WrittenLabel } | { reason: string });

function gather(tasks: readonly Task[]): WrittenLabels {
  return {
    labels: tasks.flatMap((task) => ('label' in task ? [task.label] : [])),
    skipped: tasks.flatMap((task) => ('reason' in task ? [{ name: task.name, reason: task.reason }] : [])),
  };
}

interface Annotation {
  className: string;
  annotator?: string;
  at?: number;
  isTruth: boolean;
}

function readTask(task: Json): Task {
  const data = task.data as Json;
  const name = findName(data);
  const annotations = [task.annotations ?? task.completions].flat().filter(isObject);
  const done = annotations.filter((one) => one.was_cancelled !== true).map(readAnnotation);
  const several = done.find((one) => typeof one === 'string');
  if (typeof several === 'string') return { name, reason: several };
  const read = done.filter((one) => typeof one === 'object');
  const [first] = read.toSorted((a, b) => Number(b.isTruth) - Number(a.isTruth));
  if (!first) return { name, reason: 'nobody has annotated it' };
  const others = read.filter((one) => one !== first).map(({ isTruth: _isTruth, ...rest }) => rest);
  const { isTruth: _isTruth, ...label } = first;
  return {
    name,
    label: {
      name,
      ...label,
      ...(/^[0-9a-f]{64}$/.test(text(data.content_hash)) ? { contentHash: text(data.content_hash) } : {}),
      ...(/^s_[0-9a-f]{20}$/.test(text(data.sample)) ? { sampleId: text(data.sample) } : {}),
      ...(others.length > 0 ? { others } : {}),
    },
  };
}

/** Undefined without choices; a sentence where several were chosen. */
function readAnnotation(annotation: Json): Annotation | string | undefined {
  const results = [annotation.result ?? []].flat().filter(isObject);
  const choices = results.flatMap((result) =>
    result.type === 'choices' && isObject(result.value) && Array.isArray(result.value.choices)
      ? result.value.choices.map(text).filter(Boolean)
      : [],
  );
  const [className] = choices;
  if (className === undefined) return undefined;
  if (new Set(choices).size > 1) return `it has several classes: ${[...new Set(choices)].join(', ')}`;
  const annotator = nameOf(annotation.annotator ?? annotation.completed_by);
  const at = parseTime(text(annotation.updated_at) || text(annotation.created_at));
  return {
    className,
    isTruth: annotation.ground_truth === true,
    ...(annotator ? { annotator } : {}),
    ...(at === undefined ? {} : { at }),
  };
}

/** JSON-MIN: one row per annotation, the class under the name of its tag. */
function readSmallTask(task: Json): Task {
  const name = findName(task);
  const known = new Set(['annotator', 'annotation_id', 'lead_time', 'created_at', 'updated_at', 'id']);
  const values = Object.entries(task).filter(([key, value]) => !known.has(key) && value !== name);
  const chosen = values.flatMap(([, value]) =>
    isObject(value) && Array.isArray(value.choices) ? value.choices.map(text) : [text(value)],
  );
  const [className, ...more] = chosen.filter(Boolean);
  if (className === undefined) return { name, reason: 'it has no class' };
  if (more.length > 0) return { name, reason: `it has several classes: ${[className, ...more].join(', ')}` };
  const annotator = nameOf(task.annotator);
  const at = parseTime(text(task.updated_at) || text(task.created_at));
  const by = { ...(annotator ? { annotator } : {}), ...(at === undefined ? {} : { at }) };
  return { name, label: { name, className, ...by } };
}

/** The value that names the picture: under a usual key, else the first that looks like a path or an address. */
function findName(data: Json): string {
  const usual = ['image', 'picture', 'img', 'photo', 'url', 'file'].map((key) => text(data[key])).find(Boolean);
  return (
    usual ??
    Object.values(data)
      .map(text)
      .find((value) => /[/.]/.test(value)) ??
    '(no name)'
  );
}

function nameOf(by: unknown): string | undefined {
  if (typeof by === 'number') return `annotator-${by}`;
  if (isObject(by)) return text(by.username) || text(by.email) || nameOf(by.id);
  return text(by) || undefined;
}
