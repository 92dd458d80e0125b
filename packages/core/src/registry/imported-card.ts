/** @file The model card of an imported model: what is known of it, and that the rest is not. */
import type { Backbone } from '@tintype/contracts/model';
import { escapeMarkdown } from './model-card.ts';

export interface ImportedCard {
  model: string;
  classes: readonly string[];
  backbone: Backbone;
  madeBy: string;
}

/** Markdown. */
export function renderImportedCard({ model, classes, backbone, madeBy }: ImportedCard): string {
  const { widthPx, heightPx, resize, interpolation, channelOrder, mean, std } = backbone.preprocessing;
  return [
    `# ${escapeMarkdown(model)}`,
    '',
    `Classifies a picture as one of ${classes.length} classes: ${classes.map(escapeMarkdown).join(', ')}.`,
    '',
    '## Intended use',
    'Pictures like those it was trained on. It always answers with one of these classes: a picture of anything else gets a wrong answer,',
    'often a confident one. Do not use it to decide about people.',
    '',
    '## Data and quality',
    'It was trained elsewhere, on pictures that are not known here, and was not measured when this was written. Its probabilities are not',
    'calibrated.',
    '',
    '## Making',
    `Imported from ${escapeMarkdown(backbone.name)}, written by ${escapeMarkdown(madeBy)}; graph \`${backbone.hash.slice(0, 16)}\`, ${backbone.dimensions} features.`,
    `Preprocessing: ${widthPx} x ${heightPx} ${resize}, ${interpolation}, ${channelOrder}, mean ${mean.join(' ')}, std ${std.join(' ')}.`,
    '',
  ].join('\n');
}
