/** @file A study as it stands in the form, and the way to what the server takes. Pure. */
import type { TrainableModelsView } from '@tintype/contracts/api';
import { type TuneOptions, tuneOptionsSchema } from '@tintype/contracts/tune';
import { describeIssues, splitList } from './form-text.ts';
import { shortName } from './run-words.ts';

export interface StudyDraft extends Pick<TuneOptions, 'metric' | 'sampler' | 'pruner'> {
  /** Words of models that are ticked. */
  words: readonly string[];
  /** More of them, as typed. */
  others: string;
  dataset: string | undefined;
  /** Of `budgets`. */
  budget: string;
  study: string;
  jobs: string;
  trials: string;
  seed: string;
  without: string;
  gates: string;
}

const minute = 60_000;
export const budgets = [
  { value: String(2 * minute), label: '2 minutes' },
  { value: String(5 * minute), label: '5 minutes' },
  { value: String(10 * minute), label: '10 minutes' },
  { value: String(20 * minute), label: '20 minutes' },
  { value: String(60 * minute), label: '1 hour' },
  { value: String(180 * minute), label: '3 hours' },
  { value: String(600 * minute), label: '10 hours' },
] as const;

export interface ModelWord {
  word: string;
  name: string;
  words: string;
}

/** What can be ticked: built-in features, backbones that were used, architectures. */
export function listWords({ items, backbones }: TrainableModelsView): ModelWord[] {
  const onBackbones = backbones.flatMap((backbone) => [
    {
      word: backbone,
      name: `Heads on ${shortName(backbone)}`,
      words: 'Every kind of head on what a trained network sees.',
    },
    {
      word: `${backbone}+all`,
      name: `${shortName(backbone)}, fine-tuned`,
      words: 'All of it adapts. Each trial takes minutes.',
    },
  ]);
  const fromNothing = items.filter(({ family }) => family === 'from scratch');
  return [
    {
      word: 'histograms',
      name: 'Heads on histograms',
      words: 'Colors, edges and textures. Needs no weights; each trial takes seconds.',
    },
    {
      word: 'pixels',
      name: 'Heads on small pixels',
      words: 'The picture itself, 32 pixels wide: a control, and for pictures that all stand alike.',
    },
    ...onBackbones,
    ...fromNothing.map(({ id, words }) => ({ word: id, name: `${id} from nothing`, words })),
  ];
}

export const usualStudy = ({ backbones }: TrainableModelsView): StudyDraft => ({
  words: ['histograms', ...backbones.slice(0, 1)],
  others: '',
  dataset: undefined,
  budget: String(10 * minute),
  study: '',
  jobs: '',
  trials: '',
  seed: '',
  without: '',
  gates: '',
  metric: 'accuracy',
  sampler: 'tpe',
  pruner: 'asha',
});

/** Checked by the contract's own schema. */
export function readStudyDraft(draft: StudyDraft): {
  options: Record<string, unknown>;
  errors: Record<string, string>;
} {
  const { metric, sampler, pruner, dataset } = draft;
  const text = (name: 'study'): Record<string, string> =>
    draft[name].trim() === '' ? {} : { [name]: draft[name].trim() };
  const number = (name: 'jobs' | 'trials' | 'seed'): Record<string, number> =>
    draft[name].trim() === '' ? {} : { [name]: Number(draft[name]) };
  const options = {
    models: [...new Set([...draft.words, ...splitList(draft.others)])],
    budgetMs: Number(draft.budget),
    metric,
    sampler,
    pruner,
    ...(dataset === undefined ? {} : { dataset }),
    ...text('study'),
    ...number('jobs'),
    ...number('trials'),
    ...number('seed'),
    ...(draft.without.trim() === '' ? {} : { without: splitList(draft.without) }),
    ...(draft.gates.trim() === '' ? {} : { gates: splitList(draft.gates) }),
  };
  if (options.models.length === 0) return { options, errors: { models: 'Choose a model to search.' } };
  const parsed = tuneOptionsSchema.strict().safeParse(options);
  if (parsed.success) return { options, errors: {} };
  return { options, errors: describeIssues(parsed.error.issues) };
}
