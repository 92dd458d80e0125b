/** @file Studies and trials: what a search may vary, what it tried, and what came of it. Words as in Optuna (Akiba et al. 2019). */
import { z } from 'zod';
import { defaultSplitShares, splitSharesSchema } from './catalog.ts';
import { gatesOptionSchema } from './gate.ts';
import { intervalSchema, nameSchema, timestampSchema } from './ids.ts';

export const settingSchema = z.union([z.string(), z.number(), z.boolean()]);
export type Setting = z.infer<typeof settingSchema>;
/** Value of each parameter that is active in a trial, by name. */
export const settingsSchema = z.record(z.string(), settingSchema);
export type Settings = z.infer<typeof settingsSchema>;

const named = {
  name: z.string().min(1),
  /** The parameter is there only where another, before it in the space, is there and has one of these values. */
  when: z.object({ parameter: z.string(), values: z.array(settingSchema).min(1) }).optional(),
};
const ranged = {
  low: z.number(),
  /** Included. */
  high: z.number(),
  /** Equal ratios are equally likely, not equal differences. */
  isLog: z.boolean().default(false),
  /** What a first trial takes; where absent the middle. */
  usual: z.number().optional(),
};

export const parameterSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('float'), ...named, ...ranged }),
  z.object({ kind: z.literal('int'), ...named, ...ranged }),
  z.object({
    kind: z.literal('categorical'),
    ...named,
    choices: z.array(settingSchema).min(1),
    /** Where absent the first. */
    usual: settingSchema.optional(),
  }),
]);
export type Parameter = z.infer<typeof parameterSchema>;

type Rest<K extends Parameter['kind']> = Partial<
  Omit<Extract<Parameter, { kind: K }>, 'kind' | 'name' | 'low' | 'high' | 'choices'>
>;

export const float = (name: string, [low, high]: readonly [number, number], rest: Rest<'float'> = {}): Parameter => ({
  kind: 'float',
  name,
  low,
  high,
  isLog: false,
  ...rest,
});

export const int = (name: string, [low, high]: readonly [number, number], rest: Rest<'int'> = {}): Parameter => ({
  kind: 'int',
  name,
  low,
  high,
  isLog: false,
  ...rest,
});

export const categorical = (name: string, choices: readonly Setting[], rest: Rest<'categorical'> = {}): Parameter => ({
  kind: 'categorical',
  name,
  choices: [...choices],
  ...rest,
});

/** Parameters, each after the one that it depends on. */
export const searchSpaceSchema = z.array(parameterSchema).min(1);
export type SearchSpace = readonly Parameter[];

export const samplerKinds = ['tpe', 'random', 'grid'] as const;
export const prunerKinds = ['asha', 'none'] as const;
export const tuneMetrics = ['accuracy', 'balanced-accuracy', 'macro-f1'] as const;
export type SamplerKind = (typeof samplerKinds)[number];
export type PrunerKind = (typeof prunerKinds)[number];
export type TuneMetric = (typeof tuneMetrics)[number];

/**
 * What a value is measured on, the same for every trial of a study: `folds` of the training split, held out one after the other, or the
 * `validation` split. Never the test split.
 */
export const tuneScorings = ['folds', 'validation'] as const;
export type TuneScoring = (typeof tuneScorings)[number];

export const trialStatuses = ['running', 'complete', 'pruned', 'failed'] as const;
export const trialSchema = z.object({
  study: nameSchema,
  /** From 0, in the order in which they were suggested. */
  number: z.int().min(0),
  settings: settingsSchema,
  status: z.enum(trialStatuses),
  /** Of the study's metric, 0 to 1; the last intermediate one where the trial was pruned. */
  value: z.number().nullable(),
  /** 95 %, Wilson's, where the metric is accuracy. */
  interval: intervalSchema.nullable(),
  /** `step` counts folds or epochs, from 1. */
  intermediateValues: z.array(z.object({ step: z.int().min(1), value: z.number() })),
  /** Why it was pruned or failed, as a sentence. */
  note: z.string().nullable(),
  /** Code of what it failed with. */
  errorCode: z.string().nullable(),
  startedAt: timestampSchema,
  endedAt: timestampSchema.nullable(),
});
export type Trial = z.infer<typeof trialSchema>;
export type TrialStatus = Trial['status'];

export const studySchema = z.object({
  name: nameSchema,
  dataset: nameSchema,
  snapshot: z.string(),
  metric: z.enum(tuneMetrics),
  scoring: z.enum(tuneScorings),
  sampler: z.enum(samplerKinds),
  pruner: z.enum(prunerKinds),
  seed: z.int().min(0),
  /** Backbones and architectures to choose from, as they were named. */
  models: z.array(z.string()).min(1),
  space: searchSpaceSchema,
  /** What every trial has in common, as training takes it. */
  common: z.record(z.string(), z.unknown()),
  budgetMs: z.int().min(0),
  /** Of the budget, over all that went on with the study. */
  spentMs: z.int().min(0),
  createdAt: timestampSchema,
  /** Last sign of life of a command that works on it. */
  heartbeatAt: timestampSchema.nullable(),
  /** Why it ended; null while it can go on. */
  endedBecause: z.enum(['budget', 'exhausted', 'trials']).nullable(),
});
export type Study = z.infer<typeof studySchema>;

export const tuneOptionsSchema = z.object({
  /** Name of the study; by default the dataset's with a number. */
  study: nameSchema.optional(),
  /** Go on with the study of this name; what it is made of stays as it is. */
  resume: z.boolean().default(false),
  /** Time for all of it, the winner's training included. A resumed study gets this much more, or uses up what was left. */
  budgetMs: z.int().min(0).optional(),
  /** Backbones to choose from. */
  models: z.array(z.string()).min(1).default(['histograms']),
  /** Trials at once. */
  jobs: z.int().min(1).default(1),
  /** Trials at most. */
  trials: z.int().min(1).optional(),
  metric: z.enum(tuneMetrics).default('accuracy'),
  sampler: z.enum(samplerKinds).default('tpe'),
  pruner: z.enum(prunerKinds).default('asha'),
  seed: z.int().min(0).default(1),
  dataset: nameSchema.optional(),
  snapshot: z.string().optional(),
  without: z.array(z.string()).default([]),
  shares: splitSharesSchema.default(defaultSplitShares),
  /** Gates that the winner asks of every picture once it serves. */
  gates: gatesOptionSchema,
  /** Registered name of the winner; by default the dataset's. */
  model: nameSchema.optional(),
});
export type TuneOptions = z.infer<typeof tuneOptionsSchema>;
export const defaultBudgetMs = 10 * 60_000;

/** Stable names: `tintype tune --json` ends with this object. */
export const tuneSummarySchema = z.object({
  study: z.string(),
  snapshot: z.string(),
  metric: z.enum(tuneMetrics),
  scoring: z.enum(tuneScorings),
  trials: z.object({ complete: z.int(), pruned: z.int(), failed: z.int() }),
  endedBecause: studySchema.shape.endedBecause,
  best: z.object({
    number: z.int(),
    settings: settingsSchema,
    value: z.number(),
    interval: intervalSchema.nullable(),
    /** Trains it again. */
    command: z.string(),
  }),
  /** The winner as it was registered; its accuracy is that on the test split, which nothing before had seen. */
  winner: z.object({
    run: z.string(),
    model: z.string(),
    version: z.int(),
    accuracy: z.number(),
    accuracyInterval: intervalSchema,
    balancedAccuracy: z.number(),
    macroF1: z.number(),
  }),
  durationMs: z.number(),
});
export type TuneSummary = z.infer<typeof tuneSummarySchema>;

/** A study as a page shows it: parallel coordinates, and which parameters mattered. */
export const studyReportSchema = z.object({
  study: studySchema,
  /** By number; `command` trains the same again. */
  trials: z.array(trialSchema.extend({ command: z.string() })),
  /** Number of the best trial; null where none has a value. */
  best: z.int().nullable(),
  /** Shares that sum to 1, the largest first; empty where there are too few trials to tell. */
  importance: z.array(z.object({ parameter: z.string(), share: z.number() })),
  coordinates: z.object({
    axes: searchSpaceSchema,
    /** One line for each trial with a value; settings that are not active are absent. */
    lines: z.array(trialSchema.pick({ number: true, status: true, value: true, settings: true })),
  }),
});
export type StudyReport = z.infer<typeof studyReportSchema>;
