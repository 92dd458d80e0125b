/** @file Blocked convolutions: forward, and back to the input at any stride. */
import type { ConvAttributes } from '../graph/operator.ts';
import type { Node, Value } from '../graph/value.ts';
import { blockBackwardWeight, blockDepthwiseWeight, blockFirstWeight, blockWeight } from './block-weights.ts';
import { type Activation, type Forms, roundUp, type Size4 } from './forms.ts';

const shapeOf = (value: Value | undefined): Size4 => (value as Value).shape as unknown as Size4;

/** With fewer channels than half a block most of the work would be on zeros. */
export const fillsBlocks = (channels: number, block: number): boolean => 2 * channels >= block;

export const isDepthwise = ([filters, perGroup]: Size4, groups: number): boolean =>
  perGroup === 1 && filters === groups;

interface ConvolutionParts {
  readonly x: string;
  readonly weight: string;
  /** [O], rounded up. */
  readonly bias?: string | undefined;
  readonly sum?: string | undefined;
  readonly activation?: Activation | undefined;
  readonly kernel: readonly [number, number];
  readonly attributes: ConvAttributes;
}

/** act(conv(x) + bias + sum), all blocked. */
export function writeConvolution({ pen }: Forms, parts: ConvolutionParts): string {
  const { x, weight, bias = '', sum, activation, kernel, attributes } = parts;
  const { strides, pads, dilations, groups } = attributes;
  return pen.blocked('Conv', [x, weight, ...(sum ? [bias, sum] : bias ? [bias] : [])], {
    kernel_shape: kernel,
    strides,
    pads,
    dilations,
    group: groups,
    ...(activation ? { activation: activation.name } : {}),
    ...(activation?.name === 'Clip' ? { activation_params: { floats: [activation.min, activation.max] } } : {}),
  });
}

const unit: ConvAttributes = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1 };

/** [C] with zeros for the channels that blocks lack. */
export const padVector = ({ pen, block }: Forms, vector: string, channels: number): string =>
  pen.pad(vector, [0], [roundUp(channels, block) - channels]);

export function writeForward(forms: Forms, { inputs, outputs, attributes }: Node<'conv'>): boolean {
  const [x, weight, bias] = inputs as [Value, Value, Value | undefined];
  const weightShape = shapeOf(weight);
  const [filters, perGroup, height, width] = weightShape;
  const { block } = forms;
  const isDeep = attributes.groups > 1 && isDepthwise(weightShape, attributes.groups);
  if (!fillsBlocks(filters, block) || (attributes.groups > 1 && !isDeep)) return false;
  // Pictures of few channels are read as they are.
  const isFirst = attributes.groups === 1 && !fillsBlocks(perGroup, block);
  if (isFirst && perGroup >= block) return false;
  const order = isFirst ? blockFirstWeight : isDeep ? blockDepthwiseWeight : blockWeight;
  const parts = {
    x: isFirst ? forms.plain(x) : forms.blocked(x),
    weight: forms.once(`forward ${isDeep}`, [weight], () => {
      const ordered = order(forms, forms.plain(weight), weightShape);
      return isDeep ? forms.pen.reshape(ordered, [roundUp(filters, block), 1, height, width]) : ordered;
    }),
    bias: bias && padVector(forms, forms.plain(bias), filters),
    kernel: [height, width] as const,
    attributes: { ...attributes, groups: isDeep ? roundUp(filters, block) : 1 },
  };
  forms.wait(outputs[0] as Value, { write: (end) => writeConvolution(forms, { ...parts, ...end }) });
  return true;
}

/** Along one axis: which taps reach the pixels of a phase (every stride-th, from `phase`), and with which pads. */
interface Phase {
  readonly taps: number;
  /** The tap that comes first when they are turned; the others follow a stride apart, backwards. */
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/**
 * dx[i] = Σ over k of g[(i + p - k) / s] w[k], wherever s divides. The pixels i = s j + a of a phase `a` need the taps k ≡ a + p (mod s)
 * alone, so that each phase is a convolution of g with stride 1 and no zeros are multiplied.
 */
export function phasesOf(size: number, steps: number, kernel: number, stride: number, before: number): Phase[] {
  const rows = Math.ceil(size / stride);
  return Array.from({ length: stride }, (_, phase) => {
    const first = (phase + before) % stride;
    const taps = Math.max(0, Math.ceil((kernel - first) / stride));
    const last = first + stride * (taps - 1);
    const shift = (phase + before - last) / stride;
    return { taps, last, before: -shift, after: rows - steps + taps - 1 + shift };
  });
}

type Backward = Node<'convInputGradient'>;

export function writeInputGradient(forms: Forms, node: Backward): boolean {
  const weight = node.inputs[1] as Value;
  const { groups, dilations, strides } = node.attributes;
  const weightShape = shapeOf(weight);
  const isDeep = groups > 1 && isDepthwise(weightShape, groups);
  const { block } = forms;
  if (groups > 1 && !isDeep) return false;
  if (![weightShape[0], node.attributes.inputShape[1] as number].every((channels) => fillsBlocks(channels, block)))
    return false;
  const isDense = strides[0] === 1 && strides[1] === 1;
  const written = isDense
    ? backAtStrideOne(forms, node, isDeep)
    : dilations.every((d) => d === 1) && backInPhases(forms, node, isDeep);
  if (!written) return false;
  forms.setBlocked(node.outputs[0] as Value, written);
  return true;
}

/** Blocked, taps not yet turned: (.., KH, KW, run). */
function backwardWeight(
  forms: Forms,
  { inputs }: Backward,
  isDeep: boolean,
): { taps: string; lead: number; run: number } {
  const weight = inputs[1] as Value;
  const shape = shapeOf(weight);
  const { block } = forms;
  const order = isDeep ? blockDepthwiseWeight : blockBackwardWeight;
  const taps = forms.once(`backward ${isDeep}`, [weight], () => order(forms, forms.plain(weight), shape));
  const [filters, channels] = [roundUp(shape[0], block), roundUp(shape[1], block)];
  return isDeep
    ? { taps, lead: filters / block, run: block }
    : { taps, lead: (filters / block) * (channels / block), run: block * block };
}

/** Channels of the blocked result and of what its convolution reads in each group. */
function backwardChannels(forms: Forms, { inputs, attributes }: Backward, isDeep: boolean): readonly [number, number] {
  const channels = roundUp(attributes.inputShape[1] as number, forms.block);
  return isDeep ? [channels, 1] : [channels, roundUp(shapeOf(inputs[1])[0], forms.block)];
}

/** A convolution with the taps turned by half a circle. */
function backAtStrideOne(forms: Forms, node: Backward, isDeep: boolean): string | undefined {
  const { pen } = forms;
  const [g, weight] = node.inputs as [Value, Value];
  const { inputShape, pads, dilations } = node.attributes;
  const [, , height, width] = shapeOf(weight);
  const [, , rows, columns] = shapeOf(g);
  const reach = [dilations[0] * (height - 1), dilations[1] * (width - 1)] as const;
  const [top, left] = [reach[0] - pads[0], reach[1] - pads[1]];
  const bottom = (inputShape[2] as number) - rows + reach[0] - top;
  const right = (inputShape[3] as number) - columns + reach[1] - left;
  if ([top, left, bottom, right].some((size) => size < 0)) return undefined;
  const [channels, perGroup] = backwardChannels(forms, node, isDeep);
  const turned = forms.once(`turned ${isDeep}`, [weight], () => {
    const { taps, lead, run } = backwardWeight(forms, node, isDeep);
    const flat = pen.reshape(taps, [lead, height * width, run]);
    const reversed =
      height * width === 1 ? flat : pen.reverse(flat, { axes: [1], from: [height * width - 1], steps: [1] });
    return pen.reshape(reversed, [channels, perGroup, height, width]);
  });
  return writeConvolution(forms, {
    x: forms.blocked(g),
    weight: turned,
    kernel: [height, width],
    attributes: { ...unit, dilations, pads: [top, left, bottom, right], groups: isDeep ? channels : 1 },
  });
}

function backInPhases(forms: Forms, node: Backward, isDeep: boolean): string | undefined {
  const { pen, block } = forms;
  const [g, weight] = node.inputs as [Value, Value];
  const { inputShape, pads, strides } = node.attributes;
  const [batch, , height, width] = inputShape as unknown as Size4;
  const [, , kernelHeight, kernelWidth] = shapeOf(weight);
  const [, , rows, columns] = shapeOf(g);
  const vertical = phasesOf(height, rows, kernelHeight, strides[0], pads[0]);
  const horizontal = phasesOf(width, columns, kernelWidth, strides[1], pads[1]);
  const [channels, perGroup] = backwardChannels(forms, node, isDeep);
  const isEmpty = ({ taps }: Phase): boolean => taps === 0;
  // A phase that no tap reaches is zero; only the one that leaves nothing but every stride-th pixel is written, as 1x1 has it.
  const isSparse = [vertical, horizontal].every(
    (phases) => !isEmpty(phases[0] as Phase) && phases.slice(1).every(isEmpty),
  );
  const used = isSparse ? [vertical.slice(0, 1), horizontal.slice(0, 1)] : [vertical, horizontal];
  if (used.flat().some((phase) => isEmpty(phase) || phase.before < 0 || phase.after < 0)) return undefined;

  const { taps, lead, run } = backwardWeight(forms, node, isDeep);
  const split = pen.reshape(taps, [lead, kernelHeight, kernelWidth, run]);
  const writePhase = (down: Phase, along: Phase): string => {
    const chosen =
      kernelHeight * kernelWidth === 1
        ? split
        : pen.reverse(split, { axes: [1, 2], from: [down.last, along.last], steps: [...strides] });
    return writeConvolution(forms, {
      x: forms.blocked(g),
      weight: pen.reshape(chosen, [channels, perGroup, down.taps, along.taps]),
      kernel: [down.taps, along.taps],
      attributes: {
        ...unit,
        pads: [down.before, along.before, down.after, along.after],
        groups: isDeep ? channels : 1,
      },
    });
  };
  const results = (used[0] as Phase[]).map((down) => (used[1] as Phase[]).map((along) => writePhase(down, along)));
  const [high, wide] = [Math.ceil(height / strides[0]), Math.ceil(width / strides[1])];
  const planes = (batch * channels) / block;
  const whole = isSparse
    ? pen.pad(
        pen.reshape((results[0] as string[])[0] as string, [planes * high, 1, wide, block]),
        [0, 0, 0, 0],
        [0, strides[0] - 1, 0, (strides[1] - 1) * block],
      )
    : pen.concat(
        results.map((row) =>
          pen.reshape(
            pen.concat(
              row.map((phase) => pen.reshape(phase, [planes * high * wide, block])),
              1,
            ),
            [planes * high, wide * strides[1] * block],
          ),
        ),
        1,
      );
  return cut(forms, whole, [planes, high * strides[0], wide * strides[1], block], [batch, channels, height, width]);
}

/** Leaves out what the phases have in excess. */
function cut({ pen }: Forms, whole: string, from: Size4, to: Size4): string {
  const [, , height, width] = to;
  if (from[1] === height && from[2] === width) return pen.reshape(whole, to);
  const kept = pen.slice(pen.reshape(whole, from), { axes: [1, 2], starts: [0, 0], ends: [height, width] });
  return pen.reshape(kept, to);
}
