/** @file Every layer that can be brought along, by its Keras class, and how it becomes ONNX. */
import type { BuildLayer } from './layer-call.types.ts';
import * as arithmetic from './layers/arithmetic.ts';
import * as convolutions from './layers/convolutions.ts';
import * as normalization from './layers/normalization.ts';
import * as pooling from './layers/pooling.ts';
import * as rectifiers from './layers/rectifiers.ts';
import * as shapes from './layers/shapes.ts';

/** Does nothing once training is over. */
export const trainingOnly: BuildLayer = ({ input }) => input;

export const kerasLayers: Readonly<Record<string, BuildLayer>> = {
  Conv2D: convolutions.conv2d,
  DepthwiseConv2D: convolutions.depthwiseConv2d,
  SeparableConv2D: convolutions.separableConv2d,
  Conv2DTranspose: convolutions.conv2dTranspose,
  Dense: convolutions.dense,

  BatchNormalization: normalization.batchNormalization,
  BatchNormalizationV1: normalization.batchNormalization,
  BatchNormalizationV2: normalization.batchNormalization,
  SyncBatchNormalization: normalization.batchNormalization,
  LayerNormalization: normalization.layerNormalization,
  Rescaling: normalization.rescaling,
  Normalization: normalization.normalization,

  Activation: rectifiers.activation,
  ReLU: rectifiers.relu,
  LeakyReLU: rectifiers.leakyRelu,
  ELU: rectifiers.elu,
  PReLU: rectifiers.prelu,
  Softmax: rectifiers.softmaxLayer,

  MaxPooling2D: pooling.maxPooling2d,
  AveragePooling2D: pooling.averagePooling2d,
  GlobalMaxPooling2D: pooling.globalMaxPooling2d,
  GlobalAveragePooling2D: pooling.globalAveragePooling2d,

  Flatten: shapes.flatten,
  Reshape: shapes.reshapeLayer,
  ZeroPadding2D: shapes.zeroPadding2d,
  Cropping2D: shapes.cropping2d,
  CenterCrop: shapes.centerCrop,
  UpSampling2D: shapes.upSampling2d,
  Concatenate: shapes.concatenate,

  Add: arithmetic.add,
  Subtract: arithmetic.subtract,
  Multiply: arithmetic.multiply,
  Average: arithmetic.average,
  Maximum: arithmetic.maximum,
  Minimum: arithmetic.minimum,

  // Operations of Keras 3, then functions of TensorFlow in Keras 2
  TrueDivide: arithmetic.divide,
  Divide: arithmetic.divide,
  Relu: rectifiers.named('relu'),
  Relu6: rectifiers.named('relu6'),
  HardSigmoid: rectifiers.named('hard_sigmoid'),
  HardSilu: rectifiers.named('hard_silu'),
  Sigmoid: rectifiers.named('sigmoid'),
  Silu: rectifiers.named('silu'),
  Tanh: rectifiers.named('tanh'),
  'math.truediv': arithmetic.divide,
  'math.divide': arithmetic.divide,
  'math.add': arithmetic.add,
  '__operators__.add': arithmetic.add,
  'math.subtract': arithmetic.subtract,
  'math.multiply': arithmetic.multiply,
  'nn.relu': rectifiers.named('relu'),
  'nn.relu6': rectifiers.named('relu6'),
  'nn.silu': rectifiers.named('silu'),
  'math.sigmoid': rectifiers.named('sigmoid'),
  'nn.softmax': rectifiers.named('softmax'),

  ...Object.fromEntries(
    [
      'Dropout',
      'FixedDropout',
      'SpatialDropout2D',
      'AlphaDropout',
      'GaussianDropout',
      'GaussianNoise',
      'ActivityRegularization',
      'Identity',
      'RandomBrightness',
      'RandomContrast',
      'RandomErasing',
      'RandomFlip',
      'RandomGrayscale',
      'RandomHeight',
      'RandomHue',
      'RandomRotation',
      'RandomSaturation',
      'RandomSharpness',
      'RandomShear',
      'RandomTranslation',
      'RandomWidth',
      'RandomZoom',
    ].map((name) => [name, trainingOnly]),
  ),
};
