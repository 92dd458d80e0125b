/** @file A comparison as a table that fits its terminal. Pure. */
import type { Comparison, Contender } from '@tintype/contracts/compare';
import { counted, duration, percent, percentWithInterval, printable, table } from './format.ts';

/** Columns beside the name, with its mark and the spaces between. */
const otherColumns = 66;
const shortestName = 14;

/** One row a model, the best on validation first; the recommended one is marked. */
export function contenderTable(
  contenders: readonly Contender[],
  { columns, recommended }: { columns: number; recommended?: string },
): string {
  const widest = Math.max(shortestName, columns - otherColumns);
  return table(
    ['model', '>valid.', '>p', '>test (95 %)', '>ms', '>MB', '>training'],
    contenders.map((one) => [
      `${one.name === recommended ? '* ' : '  '}${shortenName(printable(one.name), widest)}`,
      percent(one.validation.accuracy),
      one.onValidation ? probability(one.onValidation.p) : 'best',
      percentWithInterval(one.test.accuracy, one.test.interval),
      one.pictureMs.toFixed(1),
      (one.sizeBytes / 1e6).toFixed(1),
      duration(one.trainingMs),
    ]),
  );
}

export function renderComparison(comparison: Comparison, columns: number): string {
  const { contenders, left, recommended, snapshot, validationSamples, testSamples, durationMs } = comparison;
  return [
    `${counted(contenders.length, 'model')} on ${snapshot}: chosen by ${counted(validationSamples, 'validation picture')}, reported on ${counted(testSamples, 'test picture')}, ${duration(durationMs)}`,
    '',
    contenderTable(contenders, { columns, recommended: recommended.name }),
    '',
    `Recommended (*): ${printable(recommended.name)}. ${printable(recommended.reason)}`,
    'p: McNemar\u2019s test against the best on the validation split; ms: median for a picture, decoding included.',
    ...left.map(({ name, reason }) => `Not compared: ${printable(name)}. ${printable(reason)}`),
  ].join('\n');
}

const probability = (p: number): string => (p < 0.001 ? '<0.001' : p.toFixed(3));

/** `mobilenetv2.onnx svm-rbf` -> `mobi\u2026v2 svm-rbf`: the last of several words stays whole, the middle of the rest gives way. */
export function shortenName(name: string, width: number): string {
  if (name.length <= width) return name;
  const bare = name.replace(/\.onnx(?=[ +]|$)/, '');
  if (bare.length <= width) return bare;
  const at = bare.lastIndexOf(' ');
  const rest = at < 0 ? bare : bare.slice(0, at);
  const last = at < 0 ? '' : bare.slice(at);
  const room = Math.max(3, width - last.length - 1);
  const end = Math.floor(room / 2);
  return `${rest.slice(0, room - end)}\u2026${rest.slice(rest.length - end)}${last}`;
}
