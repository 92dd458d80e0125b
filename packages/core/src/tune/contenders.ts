/** @file What takes part in a comparison: every backbone with every head. */
import { type CompareOptions, type ModelFamily, modelFamilies } from '@tintype/contracts/compare';
import type { TrainOptions } from '@tintype/contracts/train';

export interface Entrant {
  family: ModelFamily;
  name: string;
  options: Partial<TrainOptions>;
}

/** Built-in features need no weights of others. */
const isClassical = (model: string): boolean => /^(histograms|pixels(:\d+)?)$/.test(model);

/** Every backbone with the first head, then with the second: a budget that ends early has seen each. What is cheap goes first. */
export function listEntrants({ models, heads }: Pick<CompareOptions, 'models' | 'heads'>): Entrant[] {
  const familyOf = (model: string): ModelFamily => (isClassical(model) ? 'classical' : 'frozen');
  const ordered = modelFamilies.flatMap((family) => [...new Set(models)].filter((model) => familyOf(model) === family));
  return heads.flatMap((head) =>
    ordered.map((backbone) => ({
      family: familyOf(backbone),
      name: `${shortName(backbone, models)} ${head}`,
      options: { backbone, head },
    })),
  );
}

/** A file without its folder, unless that would name two. */
export function shortName(model: string, models: readonly string[]): string {
  const bare = (name: string): string => name.replace(/^.*[\\/](?=[^\\/]+\.onnx$)/i, '');
  return models.filter((other) => bare(other) === bare(model)).length > 1 ? model : bare(model);
}
