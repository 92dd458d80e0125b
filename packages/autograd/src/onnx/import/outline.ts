/** @file What can be seen of a model before its shapes are known: what depends on the picture, and where everything flows through one tensor. */
import { graphOf } from '../edit-onnx.ts';
import type { NodeProto } from '../generated/onnx_pb.ts';
import type { OnnxModel } from '../read-onnx.ts';

/** After node `index` nothing of the picture lives on but `tensor`. */
export interface Narrowing {
  readonly index: number;
  readonly tensor: string;
}

export interface Outline {
  readonly nodes: readonly NodeProto[];
  /** Tensors computed from pixels, not merely from their number. */
  readonly moving: ReadonlySet<string>;
  /** In order; the last is the output. */
  readonly narrowings: readonly Narrowing[];
  /** How many moving nodes read a tensor. */
  readonly readers: ReadonlyMap<string, number>;
}

/** Sizes are static here, whatever they are the sizes of. */
const sizeOperators: ReadonlySet<string> = new Set(['Shape', 'Size']);

/** `model` has one input and one output, and no node that the output does not need. */
export function outlineOf(model: OnnxModel, input: string, output: string): Outline {
  const nodes = graphOf(model).node;
  const moving = new Set([input]);
  for (const node of nodes) if (isMoving(node, moving)) for (const name of node.output) moving.add(name);

  const readers = new Map<string, number>();
  const readsOf = (node: NodeProto): string[] => [...new Set(node.input)].filter((name) => moving.has(name));
  for (const node of nodes) {
    if (!isMoving(node, moving)) continue;
    for (const name of readsOf(node)) readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const left = new Map([...readers, [output, (readers.get(output) ?? 0) + 1]]);
  const alive = new Set([input]);
  const narrowings: Narrowing[] = [];
  for (const [index, node] of nodes.entries()) {
    if (!isMoving(node, moving)) continue;
    for (const name of node.output) if (left.has(name)) alive.add(name);
    for (const name of readsOf(node)) {
      const count = (left.get(name) ?? 1) - 1;
      left.set(name, count);
      if (count === 0) alive.delete(name);
    }
    const [tensor] = alive;
    if (alive.size === 1 && tensor !== undefined) narrowings.push({ index, tensor });
  }
  return { nodes, moving, narrowings, readers };
}

export const isMoving = (node: NodeProto, moving: ReadonlySet<string>): boolean =>
  !sizeOperators.has(node.opType) && node.input.some((name) => moving.has(name));

/** Where a learned tensor is first used, and how. */
export interface Place {
  readonly node: number;
  readonly isWeight: boolean;
}

/**
 * Depth by place: blocks are the stretches between narrowings, so that a residual block is one; a stretch without a weight of its own, such
 * as a lone normalization, belongs to the block before it.
 */
export function depthsOf(
  narrowings: readonly Narrowing[],
  places: readonly Place[],
): { depths: number[]; count: number } {
  const stretchOf = (node: number): number => narrowings.filter(({ index }) => index < node).length;
  const stretches = places.map(({ node }) => stretchOf(node));
  const weighty = [...new Set(stretches.filter((_, i) => places[i]?.isWeight))];
  const depths = stretches.map((stretch) => Math.max(0, weighty.filter((other) => other <= stretch).length - 1));
  return { depths, count: Math.max(1, weighty.length) };
}
