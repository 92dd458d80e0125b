/** @file The graphs of a step as sessions that read and change its tensors. */
import { emitOnnx } from '../graph/emit.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Value } from '../graph/value.ts';
import { chooseLowering } from '../lowering/choose-lowering.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, type KeptTensor, openSession, type SessionOptions, type Tensor } from '../runtime/session.ts';
import type { Slot, StepGraph } from './build-step.ts';
import { listInPlace } from './in-place.ts';
import type { KeptState } from './kept-state.ts';
import type { StateTensor } from './state.ts';

export type Feeds = Readonly<Record<string, Tensor>>;
export type Results = Readonly<Record<string, number>>;
export interface OpenGraph extends AsyncDisposable {
  run(feeds: Feeds, scalars: Readonly<Record<string, number>>): Promise<Results>;
}

/** Throws RangeError where `data` has another size. */
export const tensorOf = ({ shape }: Value, data: Float32Array): Tensor => {
  if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} numbers where [${shape}] is expected`);
  return { type: 'float32', dims: shape, data };
};

export interface GraphOptions extends Omit<SessionOptions, 'kept' | 'outputs' | 'memoryPattern'> {
  readonly lowering?: Lowering;
  /** Where the state stays between runs; undefined: in `tensors`. */
  readonly kept: KeptState | undefined;
}

/** One after the other; where one cannot be opened, those before it are closed. */
export async function openGraphs(
  graphs: readonly StepGraph[],
  tensors: Map<string, StateTensor>,
  options: GraphOptions,
): Promise<[OpenGraph, OpenGraph | undefined]> {
  const opened: OpenGraph[] = [];
  try {
    for (const graph of graphs) opened.push(await openGraph(graph, tensors, options));
  } catch (cause) {
    for (const graph of opened) await graph[Symbol.asyncDispose]();
    throw cause;
  }
  return opened as [OpenGraph, OpenGraph | undefined];
}

const isChanging = (slot: Slot): slot is Slot & { next: Value } => slot.next !== undefined;

const scalarFeed = (value: number): Tensor => ({ type: 'float32', dims: [], data: Float32Array.of(value) });

/** The graph as a session that reads and writes `tensors`, or what is kept of them on the device. */
async function openGraph(
  graph: StepGraph,
  tensors: Map<string, StateTensor>,
  options: GraphOptions,
): Promise<OpenGraph> {
  const next = graph.slots.filter(isChanging).map((slot) => [`next/${slot.name}`, slot.next] as const);
  const outputs = { ...graph.results, ...Object.fromEntries(next) };
  const { provider = 'cpu', threads = 1, allowSpinning = false, kept } = options;
  const lowering = options.lowering ?? (await chooseLowering({ provider }));
  const model = renderOnnx(emitOnnx(outputs, { name: 'train-step', lowering }));
  const settings = { provider, threads, allowSpinning, memoryPattern: false };
  const feedsOf = (feeds: Feeds, scalars: Readonly<Record<string, number>>): Record<string, Tensor> => ({
    ...feeds,
    ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalarFeed(value)])),
    ...Object.fromEntries(
      graph.slots.map(({ name, value }) => [name, tensorOf(value, (tensors.get(name) as StateTensor).data)]),
    ),
  });
  const run = kept
    ? await openKeeping(graph, kept, { model, settings, feedsOf })
    : await openInPlace(graph, tensors, { model, settings, feedsOf, outputs });
  return {
    run: async (feeds, scalars) => {
      const results = await run.run(feeds, scalars);
      return Object.fromEntries(Object.keys(graph.results).map((name) => [name, floatsOf(results, name)[0] as number]));
    },
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  };
}

interface Opening {
  readonly model: Uint8Array;
  readonly settings: SessionOptions;
  readonly feedsOf: (feeds: Feeds, scalars: Readonly<Record<string, number>>) => Record<string, Tensor>;
}
interface OpenRun extends AsyncDisposable {
  run(feeds: Feeds, scalars: Readonly<Record<string, number>>): Promise<Record<string, Tensor>>;
}

const only = <T>(record: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));

/** In place where that is safe, else into a second buffer that then takes the first one's part. */
async function openInPlace(
  graph: StepGraph,
  tensors: Map<string, StateTensor>,
  { model, settings, feedsOf, outputs }: Opening & { outputs: Readonly<Record<string, Value>> },
): Promise<OpenRun> {
  const changing = graph.slots.filter(isChanging);
  const inPlace = listInPlace(Object.values(outputs), graph.slots);
  const spare = new Map<string, Float32Array>(
    changing
      .filter(({ name }) => !inPlace.has(name))
      .map(({ name, value }) => [name, new Float32Array(sizeOf(value.shape))]),
  );
  const session = await openSession(model, settings);
  const names = new Set(session.inputNames);
  return {
    async run(feeds, scalars) {
      const into = Object.fromEntries(
        changing.map(({ name, value }): [string, Tensor] => {
          const data = spare.get(name) ?? (tensors.get(name) as StateTensor).data;
          return [`next/${name}`, { type: 'float32', dims: value.shape, data }];
        }),
      );
      const results = await session.run(only(feedsOf(feeds, scalars), names), Object.keys(outputs), { into });
      for (const [name, written] of spare) {
        const { shape, data } = tensors.get(name) as StateTensor;
        tensors.set(name, { shape, data: written });
        spare.set(name, data);
      }
      return results;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** What changes is uploaded once, and stays on the device until it is asked for. */
async function openKeeping(graph: StepGraph, kept: KeptState, { model, settings, feedsOf }: Opening): Promise<OpenRun> {
  const changing = graph.slots.filter(isChanging).map(({ name }) => name);
  const session = await openSession(model, { ...settings, kept: changing.map((name) => `next/${name}`) });
  const names = new Set(session.inputNames);
  return {
    async run(feeds, scalars) {
      const given: Record<string, Tensor | KeptTensor> = feedsOf(feeds, scalars);
      for (const name of changing) given[name] = kept.get(name) ?? (given[name] as Tensor);
      const { results, kept: newest } = await session.runKeeping(only(given, names));
      for (const name of changing) kept.replace(name, newest[`next/${name}`] as KeptTensor);
      return results;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
