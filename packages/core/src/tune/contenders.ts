/** @file What takes part in a comparison: every backbone with every head, and every network. */
import { type CompareOptions, type ModelFamily, modelFamilies } from '@tintype/contracts/compare';
import type { TrainOptions } from '@tintype/contracts/train';
import { parseModelWord } from './model-words.ts';

export interface Entrant {
  family: ModelFamily;
  name: string;
  options: Partial<TrainOptions>;
}

/**
 * Every backbone with the first head, then with the second: a budget that ends early has seen each. What is cheap goes first, and networks
 * come last.
 */
export function listEntrants({ models, heads }: Pick<CompareOptions, 'models' | 'heads'>): Entrant[] {
  const words = [...new Set(models)].map(parseModelWord);
  const ordered = modelFamilies.flatMap((family) => words.filter((word) => word.family === family));
  const frozen = ordered.filter(({ kind }) => kind === 'head');
  const networks = ordered.filter(({ kind }) => kind === 'network');
  return [
    ...heads.flatMap((head) =>
      frozen.map(({ word, family, options }) => ({
        family,
        name: `${shortName(word, models)} ${head}`,
        options: { ...options, head },
      })),
    ),
    ...networks.map(({ word, family, options }) => ({
      family,
      name: shortName(word, models),
      options,
    })),
  ];
}

/** A file without its folder, unless that would name two. */
export function shortName(model: string, models: readonly string[]): string {
  const bare = (name: string): string => name.replace(/^.*[\\/](?=[^\\/]+\.onnx(\+[\w:]+)?$)/i, '');
  return models.filter((other) => bare(other) === bare(model)).length > 1 ? model : bare(model);
}
