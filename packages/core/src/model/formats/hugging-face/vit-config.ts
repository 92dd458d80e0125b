/** @file `config.json` of Hugging Face's ViT and DINOv2: what of it decides the network. */
import type { VitShape } from '../../architectures/vit.ts';
import { ModelRefusal } from '../model-file-error.ts';

export const vitFamilies = ['vit', 'dinov2'] as const;
/** DeiT without a distillation token is a ViT, there as here. */
export type VitFamily = (typeof vitFamilies)[number];

export interface VitConfig {
  family: VitFamily;
  shape: VitShape;
  /** Names of its classes; absent where it states none of its own. */
  classes?: readonly string[];
}

type Json = Record<string, unknown>;

/** Throws ModelRefusal for what the network here cannot be. */
export function parseVitConfig(text: string): VitConfig {
  const config = parseObject(text);
  const family = vitFamilies.find((name) => name === config.model_type);
  if (!family)
    throw new ModelRefusal(
      `its model is of the type ${JSON.stringify(config.model_type)}; ${vitFamilies.join(' and ')} are read`,
    );
  if (config.use_swiglu_ffn === true)
    throw new ModelRefusal('it has SwiGLU layers, as the giant DINOv2 has; only those with an MLP are read');
  const { hidden_act: activation = 'gelu', num_channels: channels = 3 } = config;
  if (activation !== 'gelu') throw new ModelRefusal(`its activation is ${JSON.stringify(activation)}, not gelu`);
  if (channels !== 3) throw new ModelRefusal(`its pictures have ${JSON.stringify(channels)} channels, not three`);
  const width = countOf(config, 'hidden_size', 768);
  const mlpRatio =
    family === 'dinov2' ? numberOf(config, 'mlp_ratio', 4) : countOf(config, 'intermediate_size', 4 * width) / width;
  const classes = readClasses(config);
  return {
    family,
    shape: {
      sizePx: countOf(config, 'image_size', 224),
      patchPx: countOf(config, 'patch_size', family === 'dinov2' ? 14 : 16),
      width,
      depth: countOf(config, 'num_hidden_layers', 12),
      heads: countOf(config, 'num_attention_heads', 12),
      mlpRatio,
      epsilon: numberOf(config, 'layer_norm_eps', family === 'dinov2' ? 1e-6 : 1e-12),
      ...(family === 'dinov2' ? { layerScale: numberOf(config, 'layerscale_value', 1) } : {}),
    },
    ...(classes ? { classes } : {}),
  };
}

/** transformers loads a model with it by `from_pretrained`. */
export function renderVitConfig({ family, shape, classes = [] }: VitConfig): string {
  const { sizePx, patchPx, width, depth, heads, mlpRatio = 4, epsilon = 1e-6 } = shape;
  const own =
    family === 'dinov2'
      ? { mlp_ratio: mlpRatio, layerscale_value: shape.layerScale ?? 1, use_swiglu_ffn: false, drop_path_rate: 0 }
      : { intermediate_size: Math.round(width * mlpRatio) };
  const config = {
    architectures: [family === 'dinov2' ? 'Dinov2ForImageClassification' : 'ViTForImageClassification'],
    model_type: family,
    image_size: sizePx,
    patch_size: patchPx,
    num_channels: 3,
    hidden_size: width,
    num_hidden_layers: depth,
    num_attention_heads: heads,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    layer_norm_eps: epsilon,
    qkv_bias: true,
    ...own,
    id2label: Object.fromEntries(classes.map((name, n) => [String(n), name])),
    label2id: Object.fromEntries(classes.map((name, n) => [name, n])),
    problem_type: 'single_label_classification',
    torch_dtype: 'float32',
  };
  return `${JSON.stringify(config, null, 2).replaceAll(wholeFloats, '$1.0')}\n`;
}

/** transformers takes no integer where it declares a float, and JSON.stringify writes 1.0 as 1. The indentation leaves classes of these names alone. */
const wholeFloats =
  /^( {2}"(?:layerscale_value|drop_path_rate|hidden_dropout_prob|attention_probs_dropout_prob)": \d+)(?=,?$)/gm;

/** `LABEL_0`, `LABEL_1` are what transformers writes where nobody named the classes. */
function readClasses({ id2label: stated }: Json): string[] | undefined {
  if (typeof stated !== 'object' || stated === null) return undefined;
  const names = Object.values(stated).map(String);
  const isNamed = names.length > 0 && !names.every((name) => /^LABEL_\d+$/.test(name));
  return isNamed && names.every((_, n) => String(n) in stated)
    ? names.map((_, n) => String((stated as Json)[String(n)]))
    : undefined;
}

function countOf(config: Json, key: string, fallback: number): number {
  const value = config[key] ?? fallback;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 65_536)
    throw new ModelRefusal(`its config.json has ${key} ${JSON.stringify(value)}`);
  return value as number;
}

function numberOf(config: Json, key: string, fallback: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !(value > 0))
    throw new ModelRefusal(`its config.json has ${key} ${JSON.stringify(value)}`);
  return value;
}

function parseObject(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch {
    // Said below.
  }
  throw new ModelRefusal('its config.json is not a JSON object');
}
