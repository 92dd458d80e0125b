/** @file Which operators a model may use: the standard's, less those that can run without end or reach what they should not. */
import { OnnxError } from './onnx-error.ts';

/** Operators of the domain `ai.onnx` up to opset 26 (https://onnx.ai/onnx/operators). */
const standardOperators: ReadonlySet<string> = new Set(
  `Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli BitCast
  BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip
  Col2Im Compress Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumProd CumSum DFT
  DeformConv DepthToSpace DequantizeLinear Det Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor
  GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample
  GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN
  LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization LpPool MatMul
  MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul Multinomial Neg
  NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad Pow
  QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range
  Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
  RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scan Scatter ScatterElements ScatterND Selu
  SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh
  Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat
  StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu
  Unique Unsqueeze Upsample Where Xor`.split(/\s+/),
);

/** Control flow may never end; the rest decode files or match patterns. Image models need none of them. */
const refusedOperators: ReadonlySet<string> = new Set(
  `Loop Scan If SequenceMap ImageDecoder StringNormalizer RegexFullMatch StringSplit StringConcat TfIdfVectorizer
  GreedySearch BeamSearch Sampling WhisperBeamSearch Tokenizer`.split(/\s+/),
);

const knownDomains: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/** Throws OnnxError. Whether the other domains have the operator, ONNX Runtime says when it opens the model. */
export function assertKnownOperator(domain: string, opType: string): void {
  if (!knownDomains.has(domain)) throw new OnnxError(`it needs the operator domain "${domain}"`);
  if (refusedOperators.has(opType))
    throw new OnnxError(`it uses the operator ${opType}, which image models do not need`);
  const isStandard = domain === '' || domain === 'ai.onnx';
  if (isStandard && !standardOperators.has(opType)) throw new OnnxError(`it uses the unknown operator "${opType}"`);
}
