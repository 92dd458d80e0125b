/** @file What a word of `--models` means: heads on a frozen backbone, a backbone that is fine-tuned, or an architecture from scratch. */
import type { ModelFamily } from '@tintype/contracts/compare';
import { architectureNames, type TrainOptions } from '@tintype/contracts/train';

export interface ModelWord {
  word: string;
  kind: 'head' | 'network';
  family: ModelFamily;
  /** Of training, without a head or hyperparameters. */
  options: Partial<TrainOptions>;
}

/** Built-in features need no weights of others. */
const classical = /^(histograms|pixels(:\d+)?)$/;
/** `FILE.onnx+all`, `FILE.onnx+last:2`. */
const fineTuned = /^(?<backbone>.+)\+(?<train>all|last:[1-9]\d?)$/;

export function parseModelWord(word: string): ModelWord {
  if ((architectureNames as readonly string[]).includes(word))
    return { word, kind: 'network', family: 'from scratch', options: { architecture: word } };
  const { backbone, train } = fineTuned.exec(word)?.groups ?? {};
  if (backbone !== undefined && train !== undefined)
    return { word, kind: 'network', family: 'fine-tuned', options: { backbone, train } };
  return { word, kind: 'head', family: classical.test(word) ? 'classical' : 'frozen', options: { backbone: word } };
}

export const isNetworkWord = (word: string): boolean => parseModelWord(word).kind === 'network';

/** The backbone that has to be there; undefined for an architecture. */
export const backboneOf = (word: string): string | undefined => parseModelWord(word).options.backbone;
