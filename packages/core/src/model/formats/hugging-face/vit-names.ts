/** @file What Hugging Face calls the parameters of a ViT, by our names for them, in either of its families. */
import type { VitShape } from '../../architectures/vit.ts';
import type { VitFamily } from './vit-config.ts';

/** Inside a block: our name, then theirs. `qkv` are three there, one after another. */
const blockNames: Readonly<Record<VitFamily, readonly (readonly [ours: string, theirs: string])[]>> = {
  vit: [
    ['norm1', 'layernorm_before'],
    ['attn.proj', 'attention.output.dense'],
    ['norm2', 'layernorm_after'],
    ['mlp.fc1', 'intermediate.dense'],
    ['mlp.fc2', 'output.dense'],
  ],
  dinov2: [
    ['norm1', 'norm1'],
    ['attn.proj', 'attention.output.dense'],
    ['norm2', 'norm2'],
    ['mlp.fc1', 'mlp.fc1'],
    ['mlp.fc2', 'mlp.fc2'],
  ],
};

export const attentionParts = ['query', 'key', 'value'] as const;

export interface NamePair {
  ours: string;
  /** One, or those of query, key and value, whose rows stand one below the other in ours. */
  theirs: readonly string[];
}

/** Every parameter but the classifier's, without the prefix `vit.` or `dinov2.` of whole models. */
export function listNames(family: VitFamily, { depth }: Pick<VitShape, 'depth'>): NamePair[] {
  const both = (ours: string, theirs: string): NamePair[] =>
    ['weight', 'bias'].map((kind) => ({ ours: `${ours}.${kind}`, theirs: [`${theirs}.${kind}`] }));
  const blocks = Array.from({ length: depth }, (_, n) => {
    const [ours, theirs] = [`blocks.${n}`, `encoder.layer.${n}`];
    return [
      ...blockNames[family].flatMap(([own, other]) => both(`${ours}.${own}`, `${theirs}.${other}`)),
      ...['weight', 'bias'].map((kind) => ({
        ours: `${ours}.attn.qkv.${kind}`,
        theirs: attentionParts.map((part) => `${theirs}.attention.attention.${part}.${kind}`),
      })),
      ...(family === 'dinov2'
        ? [1, 2].map((n) => ({ ours: `${ours}.ls${n}.gamma`, theirs: [`${theirs}.layer_scale${n}.lambda1`] }))
        : []),
    ];
  }).flat();
  return [
    { ours: 'cls_token', theirs: ['embeddings.cls_token'] },
    { ours: 'pos_embed', theirs: ['embeddings.position_embeddings'] },
    ...both('patch_embed.proj', 'embeddings.patch_embeddings.projection'),
    ...blocks,
    ...both('norm', 'layernorm'),
  ];
}
