/** @file An ONNX image model as something to train: its stored tensors move, a linear head follows its features. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { dropout, linear } from '@tintype/autograd/nn/layers';
import type { Mode, Network } from '@tintype/autograd/nn/network';
import { createScope } from '@tintype/autograd/nn/scope';
import { type ImportedNetwork, importOnnx } from '@tintype/autograd/onnx/import/import-onnx';
import { replaceTensors } from '@tintype/autograd/onnx/import/replace-tensors';
import { OnnxError, type OnnxModel, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import { readSafetensors } from '../../model/formats/read-safetensors.ts';
import type { NetworkDescription, NetworkSource } from './plan.types.ts';
import { startHeadScope } from './start-head-names.ts';
import type { Trainable } from './trainable.ts';

type OnnxSource = Extract<NetworkSource, { kind: 'onnx' }>;

/** Throws BACKBONE_INVALID where the file changed, or cannot be trained at all. */
export async function openOnnxNetwork(source: OnnxSource, description: NetworkDescription): Promise<Trainable> {
  const { preprocessing, settings, startWeights } = description;
  const { widthPx, heightPx } = preprocessing;
  return attempt(source, async () => {
    const model = await readModel(source);
    const open = (batch: number): Promise<ImportedNetwork> =>
      importOnnx(model, {
        batch,
        widthPx,
        heightPx,
        output: source.featureOutput,
        // One way throughout: the other one has other parameters.
        batchNorm: settings.freezeBatchNorm ? 'frozen' : 'live',
      });
    const { notices, frozen } = await open(1);
    return {
      build: (batch, mode) => attempt(source, async () => addHead(await open(batch), description, mode)),
      start: async () => (startWeights === undefined ? new Map() : (await readSafetensors(startWeights)).tensors),
      renderFeatures: (weights) => {
        const own = [...weights].filter(([name]) => !name.includes(`/${startHeadScope}.`));
        const tensors = new Map(own.map(([name, tensor]) => [name.replace(/^(parameters|buffers)\//, ''), tensor]));
        return { model: replaceTensors(model, tensors), output: source.featureOutput, shape: source.shape };
      },
      frozen,
      notices,
    };
  });
}

function addHead(imported: ImportedNetwork, { classCount, settings }: NetworkDescription, mode: Mode): Network {
  const { input, features, parameters, buffers, depthCount } = imported;
  const scope = createScope(mode);
  const kept = dropout(scope.at('dropout'), features, { rate: settings.dropout });
  const logits = linear(scope.at(startHeadScope).atDepth(depthCount), kept, { out: classCount });
  const own = scope.collect();
  return {
    input,
    features,
    logits,
    parameters: [...parameters, ...own.parameters],
    buffers,
    masks: own.masks,
    depthCount: depthCount + 1,
  };
}

async function readModel({ path, hash }: OnnxSource): Promise<OnnxModel> {
  const bytes = await readFile(path);
  if (createHash('sha256').update(bytes).digest('hex') !== hash) throw new OnnxError('the file changed meanwhile');
  return parseOnnx(bytes);
}

async function attempt<T>({ path }: OnnxSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    throw new TintypeError('BACKBONE_INVALID', { file: basename(path), reason: error.reason }, { cause: error });
  }
}
