/** @file Which tensors a step may write where it read them. */
import { listNodes, type Node, type Value } from '../graph/value.ts';
import type { Slot } from './build-step.ts';

/** Compute an element from the elements at its place alone, so that the result may lie where an operand of its shape lay. */
export const elementwise: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div', 'where', 'neg', 'sqrt']);

/** Give a view: their result may share the memory of what they read. */
export const views: ReadonlySet<string> = new Set(['reshape']);

/**
 * Names of the slots whose old value is read by nothing that could run after the new one is written: every reader is needed for it.
 * A runtime orders operators as it likes, but never one before what it needs. The other slots want a second buffer.
 */
export function listInPlace(outputs: readonly Value[], slots: readonly Slot[]): Set<string> {
  const nodes = listNodes(outputs);
  const readers = listReaders(nodes);
  const needs = listNeeds(nodes, slots);
  const inPlace = slots.filter(({ value, next }, slot) => {
    const last = next?.origin.kind === 'node' ? next.origin.node : undefined;
    if (!last) return false;
    return readersThroughViews(value, readers).every((node) =>
      node === last ? elementwise.has(node.operator) : has(needs.get(node), slot),
    );
  });
  return new Set(inPlace.map(({ name }) => name));
}

/** Per node, the slots whose new value needs it, as bits. */
function listNeeds(nodes: readonly Node[], slots: readonly Slot[]): Map<Node, Uint32Array> {
  const needs = new Map(nodes.map((node) => [node, new Uint32Array(Math.ceil(slots.length / 32))]));
  for (const [slot, { next }] of slots.entries()) {
    const bits = next?.origin.kind === 'node' ? needs.get(next.origin.node) : undefined;
    if (bits) bits[slot >> 5] = (bits[slot >> 5] as number) | (1 << (slot & 31));
  }
  for (const node of nodes.toReversed()) {
    const own = needs.get(node) as Uint32Array;
    for (const { origin } of node.inputs) {
      const bits = origin.kind === 'node' ? needs.get(origin.node) : undefined;
      if (bits) for (const [i, word] of own.entries()) bits[i] = (bits[i] as number) | word;
    }
  }
  return needs;
}

const has = (bits: Uint32Array | undefined, slot: number): boolean =>
  (((bits?.[slot >> 5] ?? 0) >>> (slot & 31)) & 1) === 1;

function listReaders(nodes: readonly Node[]): Map<Value, Node[]> {
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const value of new Set(node.inputs)) {
      const known = readers.get(value);
      if (known) known.push(node);
      else readers.set(value, [node]);
    }
  }
  return readers;
}

function readersThroughViews(value: Value, readers: ReadonlyMap<Value, Node[]>): Node[] {
  return (readers.get(value) ?? []).flatMap((node) =>
    views.has(node.operator) ? [node, ...node.outputs.flatMap((view) => readersThroughViews(view, readers))] : [node],
  );
}
