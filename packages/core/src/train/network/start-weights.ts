/** @file Trained weights for an architecture of ours, as `--weights` names them: only those that fit it in every parameter. */
import { evaluationMode } from '@tintype/autograd/nn/network';
import { TintypeError } from '@tintype/contracts/errors';
import type { Architecture } from '../../model/architectures/architecture.types.ts';
import { type LoadedVit, loadHuggingFaceVit } from '../../model/formats/hugging-face/load-vit.ts';
import { invalidFile } from '../../model/formats/model-file-error.ts';
import type { BackboneHub } from '../../ports/backbone-hub.ts';

export type StartWeights = LoadedVit;

/** Channels of a head of attention in every architecture here. */
const headWidth = 64;

interface Wanted {
  architecture: Architecture;
  sizePx: number;
  signal?: AbortSignal;
}

/** Throws MODEL_FILE_INVALID where they are those of another network, and what the hub throws. */
export async function loadStartWeights(
  { hub }: { hub: BackboneHub },
  source: string,
  { architecture, sizePx, signal }: Wanted,
): Promise<StartWeights> {
  if (!architecture.name.startsWith('vit-'))
    throw new TintypeError('USAGE_INVALID', {
      problem: `--weights are read for vision transformers; for ${architecture.name}, fine-tune an ONNX file: --backbone FILE.onnx --train all.`,
    });
  const loaded = await loadHuggingFaceVit({ hub }, source, { sizePx, ...(signal ? { signal } : {}) });
  const network = architecture.build({ batch: 1, classes: 2, sizePx, mode: evaluationMode });
  const expected = new Map<string, string>(
    network.parameters
      .filter(({ name }) => !isHead(name))
      .map(({ name, value }) => [`parameters/${name}`, value.shape.join()] as const),
  );
  const body = [...loaded.state].filter(([name]) => !isHead(name.slice('parameters/'.length)));
  const fits = body.length === expected.size && body.every(([name, { shape }]) => expected.get(name) === shape.join());
  if (!fits || loaded.shape.heads * headWidth !== loaded.shape.width)
    throw invalidFile(loaded.name, `it is not a ${architecture.name}, but ${describe(loaded)}`);
  return loaded;
}

export const isHead = (name: string): boolean => name === 'head.weight' || name === 'head.bias';

function describe({ family, shape }: LoadedVit): string {
  const { depth, width, heads, patchPx } = shape;
  return `a ${family} of ${depth} blocks, ${width} channels and ${heads} heads on patches of ${patchPx} pixels`;
}
