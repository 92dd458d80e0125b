/** @file What a train step needs of memory, counted on the graph before anything runs. */
import { sizeOf } from '../graph/shape.ts';
import { type ElementType, listNodes, type Node, type Value } from '../graph/value.ts';
import type { StepGraph } from './build-step.ts';
import { elementwise, listInPlace, views } from './in-place.ts';

export interface MemoryPlan {
  readonly parametersBytes: number;
  /** What the optimizer keeps, averages, buffers, accumulated gradients. */
  readonly stateBytes: number;
  /** Second buffers of what cannot be written in place. */
  readonly copiesBytes: number;
  /** Pixels, targets and masks of one batch. */
  readonly batchBytes: number;
  /** The most that lives at once of what is computed: activations kept for the way back, and gradients. */
  readonly activationsBytes: number;
  readonly totalBytes: number;
}

const bytesPerElement: { readonly [Type in ElementType]: number } = { float32: 4, int64: 8, bool: 1 };

const bytesOf = ({ type, shape }: Value): number => bytesPerElement[type] * sizeOf(shape);

/** `graphs` run one after the other: their activations share memory. */
export function computeMemoryPlan(graphs: readonly StepGraph[]): MemoryPlan {
  const slots = new Map(graphs.flatMap((graph) => graph.slots.map((slot) => [slot.name, bytesOf(slot.value)])));
  const sum = (entries: Iterable<readonly [string, number]>): number =>
    [...entries].reduce((total, [, bytes]) => total + bytes, 0);
  const isParameter = (name: string): boolean => name.startsWith('parameters/');
  const perGraph = graphs.map(measureGraph);
  const plan = {
    parametersBytes: sum([...slots].filter(([name]) => isParameter(name))),
    stateBytes: sum([...slots].filter(([name]) => !isParameter(name))),
    copiesBytes: perGraph.reduce((total, { copiesBytes }) => total + copiesBytes, 0),
    batchBytes: perGraph.reduce((total, { batchBytes }) => total + batchBytes, 0),
    activationsBytes: Math.max(...perGraph.map(({ activationsBytes }) => activationsBytes)),
  };
  return Object.freeze({ ...plan, totalBytes: Object.values(plan).reduce((total, bytes) => total + bytes, 0) });
}

function measureGraph({ results, slots }: StepGraph) {
  const changing = slots.flatMap(({ next }) => (next ? [next] : []));
  const outputs = [...Object.values(results), ...changing];
  const nodes = listNodes(outputs);
  const inPlace = listInPlace(outputs, slots);
  const stored = new Set(slots.map(({ value }) => value));
  const fed = new Set(nodes.flatMap((node) => node.inputs).filter(({ origin }) => origin.kind === 'input'));
  return {
    copiesBytes: slots.reduce(
      (total, { name, value, next }) => total + (next && !inPlace.has(name) ? bytesOf(value) : 0),
      0,
    ),
    batchBytes: [...fed].reduce((total, value) => total + (stored.has(value) ? 0 : bytesOf(value)), 0),
    activationsBytes: findPeak(nodes, new Set(changing)),
  };
}

/**
 * The most bytes alive at once when the nodes run in their order. A result lives from its node to its last reader; what is written into
 * a slot has its place already; an elementwise result takes the place of an operand that ends there; a view takes none.
 */
function findPeak(nodes: readonly Node[], elsewhere: ReadonlySet<Value>): number {
  const owners = new Map<Value, Value>();
  const ownerOf = (value: Value): Value => owners.get(value) ?? value;
  const lastReader = new Map<Value, Node>();
  for (const node of nodes) {
    const [source] = node.inputs;
    if (views.has(node.operator) && source)
      for (const output of node.outputs) if (!elsewhere.has(output)) owners.set(output, ownerOf(source));
    for (const value of node.inputs) lastReader.set(ownerOf(value), node);
  }
  const takesMemory = (value: Value): boolean =>
    value.origin.kind === 'node' && !elsewhere.has(value) && !owners.has(value);
  let [alive, peak] = [0, 0];
  for (const node of nodes) {
    const ending = [...new Set(node.inputs.map(ownerOf))].filter(
      (value) => takesMemory(value) && lastReader.get(value) === node,
    );
    const freed = ending.reduce((total, value) => total + bytesOf(value), 0);
    const made = node.outputs.filter((value) => takesMemory(value) && lastReader.has(value));
    if (elementwise.has(node.operator)) alive -= freed;
    alive += made.reduce((total, value) => total + bytesOf(value), 0);
    peak = Math.max(peak, alive);
    if (!elementwise.has(node.operator)) alive -= freed;
  }
  return peak;
}

const labels: { readonly [Name in keyof MemoryPlan]: string } = {
  parametersBytes: 'parameters',
  stateBytes: 'optimizer state, averages, buffers',
  copiesBytes: 'second buffers',
  batchBytes: 'one batch',
  activationsBytes: 'activations and gradients',
  totalBytes: 'together',
};

/** One line per kind of memory, for people. */
export function renderMemoryPlan(plan: MemoryPlan): string[] {
  return (Object.keys(labels) as (keyof MemoryPlan)[]).map(
    (name) => `${labels[name].padEnd(36)}${(plan[name] / 1e6).toFixed(1).padStart(9)} MB`,
  );
}
