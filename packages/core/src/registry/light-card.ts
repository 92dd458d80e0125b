/** @file What a light model's card says before that of the model it was made from. */
import type { LightMethod, LightModel } from '@tintype/contracts/model';

const methods: Readonly<Record<LightMethod, string>> = {
  'int8-static':
    'Convolutions and what is between them are computed in 8 bits, by ranges measured on training pictures; the classifier is not.',
  'int8-dynamic': 'Products with weights are computed in 8 bits, by the range that activations have at that moment.',
  fp16: 'Weights are stored in 16 bits and widened when the model is loaded: it is smaller, not faster.',
};

/** Markdown, put below the title of `card`. */
export function renderLightCard(card: string, light: LightModel): string {
  const { accuracyBefore: before, accuracyAfter: after, parity } = light;
  const share = (value: number): string => `${(value * 100).toFixed(2)} %`;
  const interval = ({ accuracy, accuracyInterval: [low, high] }: LightModel['accuracyBefore']): string =>
    `${share(accuracy)} (95 % interval ${share(low)} to ${share(high)})`;
  const size = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const [title = '', ...rest] = card.split('\n');
  return [
    title,
    '',
    '## A light form',
    methods[light.method],
    ...(light.calibrationPictures > 0
      ? [`Ranges were measured on ${light.calibrationPictures} training pictures.`]
      : []),
    '',
    '| | before | light |',
    '|---|---:|---:|',
    `| accuracy on ${light.samples} test pictures | ${interval(before)} | ${interval(after)} |`,
    `| \`model.onnx\` | ${size(light.sizeBefore)} | ${size(light.sizeAfter)} |`,
    '',
    parity.pictures === 0
      ? 'Single answers were not compared.'
      : `On ${parity.pictures} pictures both choose the same class for ${share(parity.top1Agreement ?? 0)}; their probabilities differ by at most ${(parity.largestDifference ?? 0).toFixed(4)}.`,
    `Made from the bundle \`${light.of.slice(0, 16)}\`, of which the following was written.`,
    ...rest,
  ].join('\n');
}
