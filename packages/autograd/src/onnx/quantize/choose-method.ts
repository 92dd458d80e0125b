/** @file Which way of computing in 8 bits suits a network. */
import { OnnxError } from '../onnx-error.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { indexGraph } from './graph-index.ts';
import { tidyGraph } from './tidy-graph.ts';

export type Int8Method = 'int8-static' | 'int8-dynamic';

/**
 * Products of two moving tensors are attention, whose ranges change with every picture: `int8-dynamic`. Convolutions without it:
 * `int8-static`. Throws OnnxError where there is neither convolution nor product.
 */
export function chooseMethod(model: OnnxModel): Int8Method {
  const { nodes, stored } = indexGraph(tidyGraph(model));
  const products = nodes.filter(({ opType }) => opType === 'MatMul' || opType === 'Gemm');
  if (products.some(({ input }) => input.slice(0, 2).every((name) => !stored.has(name)))) return 'int8-dynamic';
  if (nodes.some(({ opType }) => opType === 'Conv')) return 'int8-static';
  if (products.length > 0) return 'int8-dynamic';
  throw new OnnxError('it has neither convolutions nor products with stored weights');
}
