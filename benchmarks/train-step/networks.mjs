/** @file The networks of the train-step benchmark: those of the product, and one plain stack of convolutions that only the benchmark has. */
import { ops } from '@tintype/autograd/graph/ops';
import { listNodes } from '@tintype/autograd/graph/value';
import { batchNorm2d, conv2d, globalAveragePool, linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, trainingMode } from '@tintype/autograd/nn/network';
import { architectures } from '@tintype/core/model/architectures/architectures';

const classes = 10;

/** Name -> picture size, batch, optimizer, and the bar: our time over PyTorch's. `peak` is the bar of the share of the matmul peak. */
export const networks = {
  'vit-tiny': { sizePx: 224, batch: 8, optimizer: 'adamw', ratio: 1.05, peak: 0.7, error: { worst: 1e-5 } },
  'vit-base-patch16-224': { sizePx: 224, batch: 4, optimizer: 'adamw', ratio: 1.1, peak: 0.7, memoryGb: 4 },
  'resnet-18': { sizePx: 160, batch: 8, optimizer: 'sgd', ratio: 1.5, peak: 0.55, error: { worst: 1e-5 } },
  'mobilenet-v2': { sizePx: 160, batch: 8, optimizer: 'sgd', ratio: 1.8, error: { worst: 1e-2, overall: 5e-4 } },
  'cnn-8': { sizePx: 64, batch: 32, optimizer: 'sgd', ratio: 1.4 },
  'cnn-small': { sizePx: 64, batch: 32, optimizer: 'adamw' },
};

/** Eight 3x3 convolutions of 32 to 256 channels, every second stage halving: 1.2 million parameters. */
function buildCnn8({ batch, sizePx }) {
  return buildNetwork([batch, 3, sizePx, sizePx], trainingMode, (scope, pixels) => {
    let x = pixels;
    for (const [i, out] of [32, 32, 64, 64, 128, 128, 256, 256].entries()) {
      const at = scope.at('layers').at(i);
      x = ops.relu(
        batchNorm2d(at.at(1), conv2d(at.at(0), x, { out, kernel: 3, stride: i > 0 && i % 2 === 0 ? 2 : 1 })),
      );
    }
    const features = globalAveragePool(x);
    return { features, logits: linear(scope.at('head'), features, { out: classes }) };
  });
}

export function build(name, { batch = networks[name].batch } = {}) {
  const { sizePx } = networks[name];
  return name === 'cnn-8'
    ? buildCnn8({ batch, sizePx })
    : architectures[name].build({ batch, classes, sizePx, mode: trainingMode });
}

const size = (shape) => shape.reduce((product, dimension) => product * dimension, 1);

/** Multiplications and additions of the products and convolutions that `outputs` need, one each. */
export function countFlops(outputs) {
  return listNodes(outputs).reduce((sum, { operator, inputs, outputs: [y], attributes }) => {
    if (operator === 'matmul') return sum + 2 * size(y.shape) * inputs[0].shape.at(attributes.transposeA ? -2 : -1);
    if (operator === 'conv') return sum + 2 * size(y.shape) * size(inputs[1].shape.slice(1));
    if (operator === 'convInputGradient') return sum + 2 * size(inputs[0].shape) * size(inputs[1].shape.slice(1));
    if (operator === 'convWeightGradient')
      return sum + 2 * size(inputs[1].shape) * size(attributes.weightShape.slice(1));
    return sum;
  }, 0);
}
