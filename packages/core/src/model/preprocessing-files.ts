/**
 * @file Preprocessing as model files state it: ours, Hugging Face's preprocessor_config.json, timm's config.json (pretrained_cfg).
 * Learned from transformers' image processors and timm's `resolve_data_config`.
 */
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';

/** Width and height of a model's input; undefined where the graph leaves it open. */
export interface InputSize {
  widthPx: number;
  heightPx: number;
}

export type StatedPreprocessing = { preprocessing: Preprocessing } | { problem: string };
type Json = Record<string, unknown>;
type Triple = [number, number, number];

/** PIL's resampling filters by number. Box and Hamming have no like in the decoder. */
const pilFilters: Record<number, Preprocessing['interpolation']> = {
  0: 'nearest',
  1: 'lanczos3',
  2: 'linear',
  3: 'cubic',
};
const filterNames: Record<string, Preprocessing['interpolation']> = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  lanczos: 'lanczos3',
};

/** `NAME.preprocessing.json`: the fields of our own schema. */
export function parseOwnPreprocessing(text: string): StatedPreprocessing {
  const parsed = preprocessingSchema.safeParse(parseJson(text));
  if (parsed.success) return { preprocessing: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'is not valid'}` };
}

/**
 * `preprocessor_config.json`. `size` is a number, `{height, width}` (squash) or `{shortest_edge}` (crop); a rescale other than 1/255
 * is folded into mean and std.
 */
export function parseHuggingFacePreprocessing(text: string): StatedPreprocessing {
  const config = asObject(parseJson(text));
  if (!config) return { problem: 'it is not a JSON object' };
  const resample = Number(config.resample ?? 2);
  const interpolation = pilFilters[resample];
  if (!interpolation) return { problem: `resample ${resample} is not supported` };
  const frame = readFrame(config);
  if (!frame) return { problem: 'it states no size' };
  const mean = config.do_normalize === false ? ([0, 0, 0] as Triple) : asTriple(config.image_mean);
  const std = config.do_normalize === false ? ([1, 1, 1] as Triple) : asTriple(config.image_std);
  if (!mean || !std) return { problem: 'image_mean or image_std is not three numbers' };
  const factor = config.do_rescale === false ? 1 : Number(config.rescale_factor ?? 1 / 255);
  const scale = 1 / (255 * factor);
  const unit = (values: Triple): Triple => values.map((value) => (scale === 1 ? value : value * scale)) as Triple;
  return check({ ...frame, interpolation, channelOrder: 'RGB', mean: unit(mean), std: unit(std) });
}

/** timm's `config.json`; undefined where the file is another library's. */
export function parseTimmPreprocessing(text: string): StatedPreprocessing | undefined {
  const config = asObject(parseJson(text));
  const stated = asObject(config?.pretrained_cfg) ?? (config && 'input_size' in config ? config : undefined);
  if (!stated) return undefined;
  const [channels, heightPx, widthPx] = asTriple(stated.input_size) ?? [];
  if (channels !== 3 || !heightPx || !widthPx) return { problem: 'input_size is not [3, height, width]' };
  const interpolation = filterNames[asText(stated.interpolation) ?? 'bilinear'];
  if (!interpolation) return { problem: `interpolation ${String(stated.interpolation)} is not supported` };
  const mode = asText(stated.crop_mode) ?? 'center';
  if (mode !== 'center' && mode !== 'squash') return { problem: `crop_mode ${mode} is not supported` };
  const mean = asTriple(stated.mean);
  const std = asTriple(stated.std);
  if (!mean || !std) return { problem: 'mean or std is not three numbers' };
  const resize = mode === 'squash' ? 'squash' : 'crop';
  const cropFraction = resize === 'crop' ? Number(stated.crop_pct ?? 1) : 1;
  return check({ widthPx, heightPx, resize, cropFraction, interpolation, channelOrder: 'RGB', mean, std });
}

/** What holds for a model that states nothing: squash, values from -1 to 1. */
export const defaultPreprocessing = (size: InputSize): Preprocessing => preprocessingSchema.parse(size);

type Frame = Pick<Preprocessing, 'widthPx' | 'heightPx' | 'resize' | 'cropFraction'>;

function readFrame(config: Json): Frame | undefined {
  const crop = config.do_center_crop === true ? readSize(config.crop_size) : undefined;
  const size = asObject(config.size);
  const shortest = Number(size?.shortest_edge ?? (typeof config.size === 'number' && crop ? config.size : Number.NaN));
  if (shortest > 0) {
    const { widthPx, heightPx } = crop ?? { widthPx: shortest, heightPx: shortest };
    const cropFraction = typeof config.crop_pct === 'number' ? config.crop_pct : Math.min(1, widthPx / shortest);
    return { widthPx, heightPx, resize: 'crop', cropFraction };
  }
  const whole = readSize(config.size);
  if (!whole) return undefined;
  if (!crop) return { ...whole, resize: 'squash', cropFraction: 1 };
  return { ...crop, resize: 'crop', cropFraction: Math.min(1, crop.widthPx / whole.widthPx) };
}

function readSize(value: unknown): InputSize | undefined {
  if (typeof value === 'number') return { widthPx: value, heightPx: value };
  const size = asObject(value);
  return typeof size?.width === 'number' && typeof size.height === 'number'
    ? { widthPx: size.width, heightPx: size.height }
    : undefined;
}

function check(value: Preprocessing): StatedPreprocessing {
  const parsed = preprocessingSchema.safeParse(value);
  const [issue] = parsed.error?.issues ?? [];
  return parsed.success ? { preprocessing: parsed.data } : { problem: `${issue?.path.join('.')}: ${issue?.message}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

const asTriple = (value: unknown): Triple | undefined =>
  Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === 'number')
    ? (value as Triple)
    : undefined;

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
