/** @file Answers as a table to read elsewhere. Pure. */
import type { QueueEntry } from './prediction-queue.ts';

/** RFC 4180 wants it so, and Excel needs the mark to read UTF-8. */
const lineEnd = '\r\n';
const byteOrderMark = '\ufeff';

/**
 * A cell that spreadsheets would take for a formula is text once an apostrophe stands before it (OWASP, CSV injection): names of files are
 * strangers' words.
 */
export function writeCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A row per picture, in the order of the screen; a column per class. Pictures without an answer say why. */
export function writeAnswersCsv(queue: readonly QueueEntry[]): string {
  const classNames = listClassNames(queue);
  const head = ['picture', 'prediction', 'confidence', 'reason', 'error', 'model', 'version', 'asked', ...classNames];
  const rows = queue.map((entry) => [...describe(entry), ...classNames.map((name) => probabilityOf(entry, name))]);
  return byteOrderMark + [head, ...rows].map((row) => row.map(writeCell).join(',') + lineEnd).join('');
}

/** Of all answers, each once. */
export const listClassNames = (queue: readonly QueueEntry[]): string[] =>
  [
    ...new Set(
      queue.flatMap(({ state }) =>
        state.kind === 'answered' ? Object.keys(state.prediction.probabilities ?? {}) : [],
      ),
    ),
  ].sort();

function describe({ name, state }: QueueEntry): (string | number | null)[] {
  if (state.kind === 'failed') return [name, null, null, state.problem.code, state.problem.detail, null, null, null];
  if (state.kind !== 'answered') return [name, null, null, null, null, null, null, null];
  const { prediction, confidence, reason = null, error, model, version } = state.prediction;
  return [name, prediction, prediction === null ? null : confidence, reason, error, model, version, state.by];
}

const probabilityOf = ({ state }: QueueEntry, name: string): number | null =>
  state.kind === 'answered' ? (state.prediction.probabilities?.[name] ?? null) : null;
