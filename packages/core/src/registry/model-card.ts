/** @file The model card: what the model is for, what it was trained on, how good it is and where it must not be trusted (Mitchell et al. 2019). */
import { formatGate, type Gate } from '@tintype/contracts/gate';
import type { UnboundEvaluation } from '../evaluate/evaluate-run.ts';
import type { TrainedRun } from '../train/trained-run.types.ts';

/** Markdown. Class names are people's words: they are escaped, so that none becomes markup. */
export function renderModelCard(run: TrainedRun, evaluation: UnboundEvaluation): string {
  const { snapshot, backbone, calibration } = run;
  const [low, high] = evaluation.accuracyInterval;
  const { widthPx, heightPx, resize, cropFraction, interpolation, channelOrder, mean, std } = backbone.preprocessing;
  const crop = resize === 'crop' ? ` (fraction ${cropFraction})` : '';
  return [
    `# ${escapeMarkdown(run.model)}`,
    '',
    `Classifies a picture as one of ${snapshot.classes.length} classes: ${snapshot.classes.map(escapeMarkdown).join(', ')}.`,
    '',
    '## Intended use',
    'Pictures like those it was trained on, taken the same way, showing one of the classes above. It always answers with one of these',
    'classes: a picture of anything else gets a wrong answer, often a confident one. Do not use it to decide about people.',
    ...renderGates(run.gates),
    '',
    '## Data',
    `Snapshot \`${snapshot.id}\` of the dataset ${escapeMarkdown(snapshot.dataset)}: ${snapshot.counts.train} pictures to train,`,
    `${snapshot.counts.validation} to validate, ${snapshot.counts.test} to test, in ${snapshot.groups} groups; near-duplicates are never on both sides of a split.`,
    ...(run.rejected.length > 0 ? [`${run.rejected.length} pictures could not be decoded and took no part.`] : []),
    '',
    '| class | pictures | tested on | precision | recall | F1 |',
    '|---|---:|---:|---:|---:|---:|',
    ...evaluation.classes.map(
      (c) =>
        `| ${escapeMarkdown(c.className)} | ${snapshot.classCounts[c.className] ?? 0} | ${c.support} | ${share(c.precision)} | ${share(c.recall)} | ${share(c.f1)} |`,
    ),
    '',
    '## Quality on the test split',
    `Accuracy ${share(evaluation.accuracy)} (95 % interval ${share(low)} to ${share(high)}, Wilson), balanced accuracy ${share(evaluation.balancedAccuracy)}, macro-F1 ${share(evaluation.macroF1)}.`,
    `Expected calibration error ${share(evaluation.calibration.before)} before and ${share(evaluation.calibration.after)} after temperature ${calibration.temperature.toFixed(3)}.`,
    '',
    '## Limits',
    'The interval speaks of pictures drawn like the test split; another camera, light or season is not covered by it. Classes with few',
    'pictures above have uncertain shares. Labels were taken as they are.',
    '',
    '## Making',
    `Backbone ${escapeMarkdown(backbone.name)} (\`${backbone.hash.slice(0, 16)}\`, ${backbone.dimensions} features, license: ${escapeMarkdown(backbone.license ?? (backbone.kind === 'onnx' ? 'not stated' : 'none needed, it has no weights'))}), head ${run.head.kind}, seed ${run.seed}, run \`${run.run.id}\`.`,
    `Preprocessing: ${widthPx} x ${heightPx} ${resize}${crop}, ${interpolation}, ${channelOrder}, mean ${mean.join(' ')}, std ${std.join(' ')}.`,
    '',
  ].join('\n');
}

/** What is refused before that. */
function renderGates(gates: readonly Gate[]): string[] {
  if (gates.length === 0) return [];
  const texts = gates.map((gate) => `\`${formatGate(gate)}\``);
  return ['', `Pictures that do not pass these gates are refused with a reason instead: ${texts.join(', ')}.`];
}

const share = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);

/** For people's words: none becomes markup. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]()#+!|<>~&]/g, (c) => `\\${c}`);
