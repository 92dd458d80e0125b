/** @file Our vision transformer as Hugging Face keeps one: config.json, model.safetensors and preprocessor_config.json. */
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { VitShape } from '../../architectures/vit.ts';
import type { FloatTensor } from '../read-safetensors.ts';
import { renderSafetensors } from '../write-safetensors.ts';
import { renderVitConfig, type VitFamily } from './vit-config.ts';
import { listNames } from './vit-names.ts';

export interface SavedVit {
  family: VitFamily;
  shape: VitShape;
  /** `parameters/NAME`. */
  state: ReadonlyMap<string, FloatTensor>;
  classes: readonly string[];
  preprocessing: Preprocessing;
}

/**
 * Files by name, which transformers loads with `from_pretrained`: the same logits for the same pixels. `notices` say what it cannot be told.
 * Throws RangeError where the state lacks a parameter.
 */
export function renderHuggingFaceVit(vit: SavedVit): { files: Map<string, Uint8Array>; notices: string[] } {
  const { family, shape, state, classes, preprocessing } = vit;
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const preprocessor = renderPreprocessor(preprocessing);
  return {
    files: new Map([
      ['config.json', encode(renderVitConfig({ family, shape, classes }))],
      ['model.safetensors', renderSafetensors(renderTensors({ family, shape, state }), { format: 'pt' })],
      ...('problem' in preprocessor ? [] : [['preprocessor_config.json', encode(preprocessor.text)] as const]),
    ]),
    notices: 'problem' in preprocessor ? [preprocessor.problem] : [],
  };
}

function renderTensors({
  family,
  shape,
  state,
}: Pick<SavedVit, 'family' | 'shape' | 'state'>): Map<string, FloatTensor> {
  const tensors = new Map<string, FloatTensor>();
  for (const { ours, theirs } of listNames(family, shape)) {
    const parts = unstack(demand(state, ours), theirs.length);
    theirs.forEach((name, n) => tensors.set(`${family}.${name}`, parts[n] as FloatTensor));
  }
  const [weight, bias] = [demand(state, 'head.weight'), demand(state, 'head.bias')];
  tensors.set('classifier.weight', family === 'dinov2' ? widen(weight) : weight);
  tensors.set('classifier.bias', bias);
  return tensors;
}

/** The classifier there also reads the mean of all patches: by zeros. */
function widen({ shape: [classes = 0, width = 0], data }: FloatTensor): FloatTensor {
  const wide = new Float32Array(classes * width * 2);
  for (let k = 0; k < classes; k += 1) wide.set(data.subarray(k * width, (k + 1) * width), k * width * 2);
  return { shape: [classes, 2 * width], data: wide };
}

function unstack({ shape, data }: FloatTensor, count: number): FloatTensor[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, n) => ({
    shape: [(shape[0] as number) / count, ...shape.slice(1)],
    data: data.subarray(n * size, (n + 1) * size),
  }));
}

function demand(state: ReadonlyMap<string, FloatTensor>, name: string): FloatTensor {
  const found = state.get(`parameters/${name}`);
  if (!found) throw new RangeError(`the state has no "parameters/${name}"`);
  return found;
}

/** PIL's numbers. */
const resamples: Record<Preprocessing['interpolation'], number> = { nearest: 0, lanczos3: 1, linear: 2, cubic: 3 };

function renderPreprocessor(preprocessing: Preprocessing): { text: string } | { problem: string } {
  const { widthPx, heightPx, resize, cropFraction, interpolation, channelOrder, mean, std } = preprocessing;
  if (resize === 'letterbox' || channelOrder === 'BGR')
    return {
      problem: `transformers has no ${resize === 'letterbox' ? 'letterbox' : 'BGR order'} for this model: preprocessor_config.json is left out, and pictures must be prepared as bundle.json says.`,
    };
  const size = { height: heightPx, width: widthPx };
  const fit =
    resize === 'crop'
      ? {
          image_processor_type: 'BitImageProcessor',
          size: { shortest_edge: Math.round(Math.min(widthPx, heightPx) / cropFraction) },
          do_center_crop: true,
          crop_size: size,
          do_convert_rgb: true,
        }
      : { image_processor_type: 'ViTImageProcessor', size };
  const config = {
    ...fit,
    do_resize: true,
    resample: resamples[interpolation],
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  };
  return { text: `${JSON.stringify(config, null, 2)}\n` };
}
