/** @file The table: ONNX operator -> how it is imported. Operators of other domains have theirs before the name. */
import type { NodeProto } from '../generated/onnx_pb.ts';
import type { ImportRule, ImportRules } from './node-reader.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { layoutRules } from './rules/layout.ts';
import { linearRules } from './rules/linear.ts';
import { normalizationRules } from './rules/normalization.ts';
import { reductionRules } from './rules/reductions.ts';

export const importRules: ImportRules = Object.freeze({
  ...elementwiseRules,
  ...linearRules,
  ...normalizationRules,
  ...reductionRules,
  ...layoutRules,
});

export function findRule({ domain, opType }: NodeProto): ImportRule | undefined {
  const isStandard = domain === '' || domain === 'ai.onnx';
  const key = isStandard ? opType : `${domain}.${opType}`;
  return Object.hasOwn(importRules, key) ? importRules[key] : undefined;
}
