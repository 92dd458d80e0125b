/** @file What can be trained here, for people who choose: one record each, in plain words, from cheap to dear. */
import type { TrainableModel, TrainableModelsView } from '@tintype/contracts/api';
import { architectureNames } from '@tintype/contracts/train';
import { architectures } from '../model/architectures/architectures.ts';
import type { Catalog } from '../ports/catalog.ts';

/** Of heads and of backbones that somebody else trained. */
const onFeatures: readonly TrainableModel[] = [
  {
    id: 'quick-look',
    name: 'Quick look',
    family: 'classical',
    words:
      'Colors, edges and textures, and a border between the classes. Needs no weights. The place to begin: it says whether pictures and labels make sense.',
    options: { backbone: 'histograms', head: 'logistic' },
    needsBackbone: false,
    parameters: null,
  },
  {
    id: 'curved-border',
    name: 'Quick look, curved border',
    family: 'classical',
    words: 'The same features with a border that may bend (a support vector machine). Often a few points better.',
    options: { backbone: 'histograms', head: 'svm-rbf' },
    needsBackbone: false,
    parameters: null,
  },
  {
    id: 'frozen',
    name: 'Trained backbone, new head',
    family: 'frozen',
    words:
      'A network that has seen a million other pictures says what it sees; only the last step is learned. The best start with few labels.',
    options: { head: 'logistic' },
    needsBackbone: true,
    parameters: null,
  },
  {
    id: 'fine-tuned',
    name: 'Fine-tune a backbone',
    family: 'fine-tuned',
    words:
      'The same network, and all of it may adapt to your pictures. Usually the most accurate, and slower to train.',
    options: { train: 'all' },
    needsBackbone: true,
    parameters: null,
  },
];

const fromNothing: readonly TrainableModel[] = architectureNames.map((architecture) => {
  const { describe, parameterCount } = architectures[architecture];
  return {
    id: architecture,
    name: architecture,
    family: 'from scratch',
    words: describe,
    options: { architecture },
    needsBackbone: false,
    parameters: parameterCount,
  };
});

const builtIn = /^(histograms$|pixels(?::|$))/;

/** Backbones are those of runs before, and the one that labeling works on. */
export async function listTrainableModels(
  { runs }: Pick<Catalog, 'runs'>,
  { labelBackbone }: { labelBackbone: string },
): Promise<TrainableModelsView> {
  const used = (await runs.list()).flatMap(({ options }) =>
    options.architecture === undefined && typeof options.backbone === 'string' ? [options.backbone] : [],
  );
  const backbones = [...new Set([...used, labelBackbone])].filter((name) => !builtIn.test(name));
  return { items: [...onFeatures, ...fromNothing], backbones };
}
