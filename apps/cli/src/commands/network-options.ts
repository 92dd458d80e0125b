/** @file Options of `tintype train` that are about networks, and how they are read. */
import type { OptionRecord } from '../command.ts';

/** Written out, so that help loads no schema; a test holds them to the contract. */
export const architectureNames = [
  'cnn-small',
  'mobilenet-v2',
  'resnet-18',
  'vit-tiny',
  'vit-small',
  'vit-base-patch16-224',
] as const;

const whole = (flags: string, description: string, range: readonly [number, number]): OptionRecord => ({
  flags,
  description,
  range,
});

export const networkOptions: readonly OptionRecord[] = [
  {
    flags: '--architecture <name>',
    description: 'train this network from pixels instead of a head on features',
    choices: architectureNames,
  },
  {
    flags: '--weights <source>',
    description: 'trained weights for a vit: a folder or hub:ORG/REPO[@REVISION] in the layout of Hugging Face',
  },
  {
    flags: '--train <what>',
    description: 'fine-tune the backbone: head, last:K (blocks) or all; without it the backbone stays as it is',
  },
  whole('--epochs <number>', 'passes over the training split (30 from nothing, 10 from trained weights)', [1, 10_000]),
  whole('--batch <number>', 'pictures per step', [1, 4096]),
  whole('--accumulate <number>', 'steps whose gradients are added up before the weights move', [1, 1024]),
  { flags: '--learning-rate <number>', description: 'at its highest, after the warm-up' },
  { flags: '--optimizer <name>', description: 'rule by which weights move', choices: ['sgd', 'adamw'] },
  {
    flags: '--schedule <name>',
    description: 'how the learning rate falls',
    choices: ['cosine', 'constant', 'step'],
  },
  { flags: '--warmup <epochs>', description: 'epochs in which the learning rate rises' },
  { flags: '--weight-decay <number>', description: 'pull of the weights towards zero' },
  { flags: '--clip-norm <number>', description: 'largest norm of all gradients together; 0 is off' },
  { flags: '--layer-decay <number>', description: 'learning rate of a block as a share of the next one' },
  {
    flags: '--augment <policy>',
    description: 'none, light, standard or strong, and what differs: standard,flip=off',
  },
  { flags: '--mixup <alpha>', description: 'blend pictures with each other; 0 is off' },
  { flags: '--cutmix <alpha>', description: 'paste parts of pictures into each other; 0 is off' },
  { flags: '--label-smoothing <share>', description: 'share of every target that is spread over all classes' },
  { flags: '--dropout <rate>', description: 'share of the features left out before the last layer' },
  { flags: '--drop-path <rate>', description: 'probability of leaving a block out for a picture' },
  { flags: '--ema <decay>', description: 'register a running mean of the weights, such as 0.998; 0 is off' },
  {
    flags: '--freeze-batch-norm [switch]',
    description: 'keep the statistics of trained batch normalization',
    choices: ['on', 'off'],
  },
  whole('--head-warmup <epochs>', 'epochs in which the head moves alone', [0, 1000]),
  whole('--size-px <number>', "width and height of the network's input", [16, 1024]),
  whole('--patience <epochs>', 'end early after so many epochs without a better validation; 0 is off', [0, 10_000]),
  { flags: '--balanced-sampling', description: 'show pictures of every class equally often' },
  {
    flags: '--provider <name>',
    description: 'what computes',
    choices: ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'],
  },
  whole('--threads <number>', 'threads that compute (default: one per core)', [1, 1024]),
  {
    flags: '--require <gate...>',
    description: 'train only on pictures that pass: min-size=64, blur=50, person-count=1, face-count=1..2',
  },
  { flags: '--resume <run>', description: 'go on with a run that was cancelled, failed or killed' },
  { flags: '--explain', description: 'show what it would do, need and take, and stop' },
  { flags: '--events <file>', description: 'append what is told while it trains as JSON lines; - is stderr' },
];

const decimals = [
  'learningRate',
  'warmup',
  'weightDecay',
  'clipNorm',
  'layerDecay',
  'mixup',
  'cutmix',
  'labelSmoothing',
  'dropout',
  'dropPath',
  'ema',
];
const asGiven = [
  'architecture',
  'weights',
  'train',
  'epochs',
  'batch',
  'accumulate',
  'optimizer',
  'schedule',
  'augment',
  'headWarmup',
  'sizePx',
  'patience',
  'balancedSampling',
  'provider',
  'threads',
  'require',
];

/** Options as the contract takes them; what is no number is left to it to refuse. */
export function readNetworkOptions(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const numbers = decimals.map((name) => [name, toNumber(options[name])]);
  const others = asGiven.map((name) => [name, options[name]]);
  const { freezeBatchNorm: frozen } = options;
  const switches = [['freezeBatchNorm', frozen === undefined ? undefined : frozen !== 'off']];
  return Object.fromEntries([...numbers, ...others, ...switches].filter(([, value]) => value !== undefined));
}

const toNumber = (text: unknown): number | undefined =>
  text === undefined ? undefined : text === '' ? Number.NaN : Number(text);
