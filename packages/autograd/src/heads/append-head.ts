/** @file Backbone and head as one ONNX model: pixels in, features, logits and probabilities out. */
import { create } from '@bufbuild/protobuf';
import { integers, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { copyMessage } from '../onnx/copy-message.ts';
import { concatenateModels, freeBatch, listInputs, opsetOf, prefixNames, pruneToOutputs } from '../onnx/edit-onnx.ts';
import { ModelProtoSchema, ValueInfoProtoSchema } from '../onnx/generated/onnx_pb.ts';
import { OnnxError, type OnnxModel } from '../onnx/read-onnx.ts';

/** `flatten`: `[N, D]` or `[N, D, 1, 1]`. `first-token`: `[N, T, D]`, of which the first token (a ViT's class token) is taken. */
export type FeatureShape = 'flatten' | 'first-token';

const opsets = { oldest: 7, newest: 23 };

/** What heads are made of, in the forms that they use (two axes, explicit axis), and since when each has not changed its meaning. */
const portableSince: Readonly<Record<string, number>> = {
  Gemm: 7,
  MatMul: 1,
  Softmax: 1,
  Relu: 6,
  Add: 7,
  Sub: 7,
  Mul: 7,
  Div: 7,
  Sqrt: 6,
  Exp: 6,
  Log: 6,
  Min: 8,
  Max: 8,
  Greater: 9,
  GatherElements: 11,
  Flatten: 1,
  Reshape: 5,
  Gather: 1,
  TopK: 10,
  Equal: 7,
  Cast: 9,
};

/** The backbone cut at `featureName`, with the single output `features` `[N, D]`. Input name kept, batch free. */
export function renderFeatureModel(
  backbone: OnnxModel,
  featureName: string,
  dimensions: number,
  shape: FeatureShape = 'flatten',
): OnnxModel {
  const opset = opsetOf(backbone);
  if (opset < opsets.oldest || opset > opsets.newest) {
    throw new OnnxError(`it is written in operator set ${opset}; ${opsets.oldest} to ${opsets.newest} are supported`);
  }
  const inputs = new Set(listInputs(backbone).map((input) => input.name));
  const trunk = prefixNames(freeBatch(pruneToOutputs(backbone, [featureName])), 'backbone/', inputs);
  const cut = `backbone/${featureName}`;
  return concatenateModels(trunk, renderBridge(dimensions, shape), { connections: { cut }, portableSince });
}

/** The same with a head behind it: outputs `features` `[N, D]`, `logits` and `probabilities` `[N, K]`. Throws OnnxError. */
export function appendHead(
  backbone: OnnxModel,
  featureName: string,
  head: OnnxModel,
  options: { dimensions: number; shape?: FeatureShape },
): OnnxModel {
  const trunk = renderFeatureModel(backbone, featureName, options.dimensions, options.shape);
  const taken = listInputs(head).find(({ name }) => name === 'features')?.dims?.[1];
  if (taken !== options.dimensions) {
    throw new OnnxError(`it gives ${options.dimensions} features where its head takes ${taken ?? 'none'}`);
  }
  const crown = prefixNames(head, 'head/', new Set(['features', 'logits', 'probabilities']));
  const model = concatenateModels(trunk, crown, {
    connections: { features: 'features' },
    keep: ['features'],
    portableSince,
  });
  return copyMessage(ModelProtoSchema, model, { producerName: 'tintype', producerVersion: '', docString: '' });
}

/** From a backbone's tensor to `features` `[N, D]`. */
function renderBridge(dimensions: number, shape: FeatureShape): OnnxModel {
  const isToken = shape === 'first-token';
  const bridge = onnxModel({
    name: 'bridge',
    inputs: [],
    outputs: [onnxValue('features', 'float32', ['N', dimensions])],
    initializers: isToken ? [integers('bridge/first', [0])] : [],
    nodes: isToken
      ? [
          onnxNode('Gather', ['cut', 'bridge/first'], ['bridge/token'], { axis: 1 }),
          onnxNode('Flatten', ['bridge/token'], ['features'], { axis: 1 }),
        ]
      : [onnxNode('Flatten', ['cut'], ['features'], { axis: 1 })],
  });
  bridge.graph?.input.push(create(ValueInfoProtoSchema, { name: 'cut' }));
  return bridge;
}
