/** @file For tests: trials that were never run, and functions with known optima to search on. */
import {
  categorical,
  float,
  type SamplerKind,
  type SearchSpace,
  type Settings,
  type Study,
  type Trial,
} from '@tintype/contracts/tune';
import type { StudyStore } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { createRandom } from './random.ts';
import { samplers } from './sampler.ts';

export function aTrial(number: number, change: Partial<Trial> = {}): Trial {
  return {
    study: 'test',
    number,
    settings: {},
    status: 'complete',
    value: 0,
    interval: null,
    intermediateValues: [],
    note: null,
    errorCode: null,
    startedAt: number,
    endedAt: number + 1,
    ...change,
  };
}

/** Trials as a study makes them, one after the other. */
export function search(
  kind: SamplerKind,
  { space, value }: Pick<TestFunction, 'space' | 'value'>,
  { trials: count, seed }: { trials: number; seed: number },
): Trial[] {
  const trials: Trial[] = [];
  for (let number = 0; number < count; number += 1) {
    const settings = samplers[kind]({ space, trials, seed, random: createRandom(seed, number) });
    if (!settings) break;
    trials.push(aTrial(number, { settings, value: value(settings) }));
  }
  return trials;
}

export interface TestFunction {
  name: string;
  space: SearchSpace;
  /** Larger is better. */
  value: (settings: Settings) => number;
}

const numberOf = (settings: Settings, name: string): number => settings[name] as number;

export const testFunctions: readonly TestFunction[] = [
  {
    name: 'sphere in five dimensions',
    space: ['a', 'b', 'c', 'd', 'e'].map((name) => float(name, [-5, 5])),
    value: (settings) => -Object.values(settings).reduce<number>((sum, x) => sum + ((x as number) - 1) ** 2, 0),
  },
  {
    name: 'Branin',
    space: [float('x', [-5, 10]), float('y', [0, 15])],
    value: (settings) => {
      const [x, y] = [numberOf(settings, 'x'), numberOf(settings, 'y')];
      const bend = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
      return -(bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10);
    },
  },
  {
    name: 'a learning rate, on its logarithm',
    space: [float('learningRate', [1e-6, 1], { isLog: true }), float('weightDecay', [1e-6, 1e-1], { isLog: true })],
    value: (settings) =>
      -(
        (Math.log10(numberOf(settings, 'learningRate')) + 3.2) ** 2 +
        0.3 * (Math.log10(numberOf(settings, 'weightDecay')) + 4) ** 2
      ),
  },
  {
    name: 'a tree: three models with parameters of their own',
    space: [
      categorical('model', ['a', 'b', 'c']),
      float('depth', [0, 1], { when: { parameter: 'model', values: ['a'] } }),
      float('rate', [1e-4, 1], { isLog: true, when: { parameter: 'model', values: ['b', 'c'] } }),
      categorical('policy', ['none', 'light', 'strong'], { when: { parameter: 'model', values: ['c'] } }),
    ],
    value: (settings) => {
      if (settings.model === 'a') return 0.6 - (numberOf(settings, 'depth') - 0.3) ** 2;
      const rate = (Math.log10(numberOf(settings, 'rate')) + 2.5) ** 2;
      if (settings.model === 'b') return 0.7 - rate;
      return 0.8 - rate - (settings.policy === 'light' ? 0 : 0.2);
    },
  },
];

export function aStudy(change: Partial<Study> = {}): Study {
  return {
    name: 'test',
    dataset: 'pets',
    snapshot: 'snap_1',
    metric: 'accuracy',
    scoring: 'folds',
    sampler: 'tpe',
    pruner: 'none',
    seed: 1,
    models: ['a'],
    space: [
      categorical('model', ['a', 'b', 'c']),
      float('x', [0, 1]),
      float('y', [0, 1], { when: { parameter: 'model', values: ['a', 'b', 'c'] } }),
    ],
    common: {},
    budgetMs: 60_000,
    spentMs: 0,
    createdAt: 1000,
    heartbeatAt: null,
    endedBecause: null,
    ...change,
  };
}

/** A study store in memory; `puts` counts what was written. */
export function memoryStudies(study: Study, trials: readonly Trial[] = []): StudyStore & { puts: Trial[] } {
  let current = study;
  const rows = [...trials];
  const puts: Trial[] = [];
  return {
    puts,
    create: async () => undefined,
    get: async () => current,
    list: async () => [current],
    update: async (_name, change) => {
      current = { ...current, ...change };
    },
    putTrial: async (trial) => {
      puts.push(trial);
      rows[trial.number] = trial;
    },
    listTrials: async () => rows.map((row) => ({ ...row })),
  };
}

/** Time stands still until it is told to pass. */
export function aClock(): Clock & { pass: (ms: number) => void } {
  let now = 1000;
  return {
    now: () => now,
    newId: (prefix) => `${prefix}_1`,
    pass: (ms) => {
      now += ms;
    },
  };
}
