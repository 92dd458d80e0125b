/** @file Backbone and head as one ONNX model: pixels in, features, logits and probabilities out. */
import { create } from '@bufbuild/protobuf';
import { integers, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { freeBatch, listInputs, opsetOf, prefixNames, pruneToOutputs } from '../onnx/edit-onnx.ts';
import { GraphProtoSchema, ModelProtoSchema } from '../onnx/generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from '../onnx/read-onnx.ts';

/** `flatten`: `[N, D]` or `[N, D, 1, 1]`. `first-token`: `[N, T, D]`, of which the first token (a ViT's class token) is taken. */
export type FeatureShape = 'flatten' | 'first-token';

const opsets = { oldest: 9, newest: 23 };

/** The backbone cut at `featureName`, with the single output `features` `[N, D]`. Input name kept, batch free. */
export function renderFeatureModel(
  backbone: OnnxModel,
  featureName: string,
  dimensions: number,
  shape: FeatureShape = 'flatten',
): OnnxModel {
  return joinHead(backbone, featureName, dimensions, shape, undefined);
}

/** The same with a head behind it: outputs `features` `[N, D]`, `logits` and `probabilities` `[N, K]`. Throws OnnxError. */
export function appendHead(
  backbone: OnnxModel,
  featureName: string,
  head: OnnxModel,
  options: { dimensions: number; shape?: FeatureShape },
): OnnxModel {
  return joinHead(backbone, featureName, options.dimensions, options.shape ?? 'flatten', head);
}

function joinHead(
  backbone: OnnxModel,
  featureName: string,
  dimensions: number,
  shape: FeatureShape,
  head: OnnxModel | undefined,
): OnnxModel {
  const opset = opsetOf(backbone);
  if (opset < opsets.oldest || opset > opsets.newest) {
    throw new OnnxError(`it is written in operator set ${opset}; ${opsets.oldest} to ${opsets.newest} are supported`);
  }
  const inputs = new Set(listInputs(backbone).map((input) => input.name));
  const trunk = prefixNames(freeBatch(pruneToOutputs(backbone, [featureName])), 'backbone/', inputs);
  const crown = head && prefixNames(head, 'head/', new Set(['features', 'logits', 'probabilities']));
  if (!trunk.graph || (head && !crown?.graph)) throw new OnnxError('it holds no graph');
  const cut = `backbone/${featureName}`;
  const bridge =
    shape === 'first-token'
      ? [
          onnxNode('Gather', [cut, 'bridge/zero'], ['bridge/token'], { axis: 1 }),
          onnxNode('Flatten', ['bridge/token'], ['features'], { axis: 1 }),
        ]
      : [onnxNode('Flatten', [cut], ['features'], { axis: 1 })];
  return create(ModelProtoSchema, {
    ...trunk,
    producerName: 'tintype',
    graph: create(GraphProtoSchema, {
      ...trunk.graph,
      name: 'classifier',
      node: [...trunk.graph.node, ...bridge, ...(crown?.graph?.node ?? [])],
      initializer: [
        ...trunk.graph.initializer,
        ...(shape === 'first-token' ? [integers('bridge/zero', [0])] : []),
        ...(crown?.graph?.initializer ?? []),
      ],
      output: [onnxValue('features', 'float32', ['N', dimensions]), ...(crown?.graph?.output ?? [])],
    }),
  });
}
