/** @file A training as it stands in the form, and the way to what the server takes. Pure. */
import type { TrainableModel } from '@tintype/contracts/api';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { describeIssues, splitList } from './form-text.ts';
import { type Field, trainingFields } from './training-fields.ts';

/** What is not said is usual: an empty text, or a switch that was not touched. */
export type FieldValue = string | boolean;

export interface TrainingDraft {
  modelId: string;
  dataset: string | undefined;
  /** Of models that need one. */
  backbone: string;
  /** Of a transformer that does not begin from nothing. */
  weights: string;
  values: Readonly<Record<string, FieldValue>>;
}

export interface ReadDraft {
  /** As the server takes them. */
  options: Record<string, unknown>;
  /** Name of the field -> what is wrong. */
  errors: Record<string, string>;
}

export const isNetwork = ({ options }: Pick<TrainableModel, 'options'>): boolean =>
  options.architecture !== undefined || options.train !== undefined;

/** Whether trained weights in the layout of Hugging Face can be named. */
export const takesWeights = ({ id }: Pick<TrainableModel, 'id'>): boolean => id.startsWith('vit-');

/** Fields that a model has; what moves is fixed where nothing was trained before. */
export function listFields(model: TrainableModel, { weights }: Pick<TrainingDraft, 'weights'>): Field[] {
  const kind = isNetwork(model) ? 'network' : 'head';
  const isFromNothing = kind === 'network' && !model.needsBackbone && weights.trim() === '';
  return trainingFields.filter(({ name, of }) => (of ?? kind) === kind && !(isFromNothing && name === 'train'));
}

/** Checked by the contract's own schema. */
export function readDraft(draft: TrainingDraft, model: TrainableModel): ReadDraft {
  const { backbone, weights, dataset } = draft;
  const fields = listFields(model, draft);
  const given = fields.flatMap((field) => {
    const value = readField(field, draft.values[field.name]);
    return value === undefined ? [] : [[field.name, value] as const];
  });
  const options = {
    ...model.options,
    ...(model.needsBackbone ? { backbone: backbone.trim() } : {}),
    ...(takesWeights(model) && weights.trim() !== '' ? { weights: weights.trim() } : {}),
    ...(dataset === undefined ? {} : { dataset }),
    ...Object.fromEntries(given),
  };
  const errors = model.needsBackbone && backbone.trim() === '' ? { backbone: 'Name the weights to begin from.' } : {};
  return { options, errors: { ...errors, ...findErrors(options) } };
}

function findErrors(options: Record<string, unknown>): Record<string, string> {
  const parsed = trainOptionsSchema.strict().safeParse(options);
  return parsed.success ? {} : describeIssues(parsed.error.issues);
}

function readField(field: Field, value: FieldValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return value;
  const text = value.trim();
  if (text === '') return undefined;
  switch (field.kind) {
    case 'whole':
    case 'decimal':
      return Number(text);
    case 'list':
      return splitList(text);
    case 'assignments':
      return Object.fromEntries(splitList(text).map(readAssignment));
    case 'text':
    case 'choice':
      return text;
    case 'switch':
      return text === 'true';
    default:
      return field.kind satisfies never;
  }
}

function readAssignment(text: string): [string, string | number] {
  const at = text.indexOf('=');
  const [name, value] = at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  return [name, value === '' || Number.isNaN(Number(value)) ? value : Number(value)];
}

/** A draft that would train the same again, from the options of a run. */
export function draftOfRun(
  options: Readonly<Record<string, unknown>>,
  models: readonly TrainableModel[],
): TrainingDraft {
  const model = findModelOf(options, models);
  const { dataset, backbone, weights } = options;
  const draft: TrainingDraft = {
    modelId: model?.id ?? models[0]?.id ?? '',
    dataset: typeof dataset === 'string' ? dataset : undefined,
    backbone: typeof backbone === 'string' && model?.needsBackbone ? backbone : '',
    weights: typeof weights === 'string' ? weights : '',
    values: {},
  };
  const fields = model ? listFields(model, draft) : [];
  const values = fields.flatMap(({ name }) => {
    const value = writeField(options[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...draft, values: Object.fromEntries(values) };
}

function findModelOf(
  { architecture, train, backbone, head }: Readonly<Record<string, unknown>>,
  models: readonly TrainableModel[],
): TrainableModel | undefined {
  if (architecture !== undefined) return models.find(({ id }) => id === architecture);
  if (train !== undefined) return models.find(({ family }) => family === 'fine-tuned');
  const classical = models.filter(({ family }) => family === 'classical');
  const same = classical.filter(({ options }) => options.backbone === backbone);
  return (
    same.find(({ options }) => options.head === head) ?? same[0] ?? models.find(({ family }) => family === 'frozen')
  );
}

function writeField(value: unknown): FieldValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(', ');
  if (typeof value === 'object')
    return (
      Object.entries(value)
        .map(([name, one]) => `${name}=${String(one)}`)
        .join(', ') || undefined
    );
  return typeof value === 'string' ? value : JSON.stringify(value);
}
