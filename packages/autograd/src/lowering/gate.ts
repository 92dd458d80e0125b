/** @file The gate of relu and clip as arithmetic: a factor that is exactly 0 or 1, since comparing and choosing takes ONNX Runtime four times as long. */
import type { Node, Value } from '../graph/value.ts';
import { writeConstantAffine } from './affine.ts';
import { type Activation, blockedShape, type Forms } from './forms.ts';

const toUnit: Activation = { name: 'Clip', min: 0, max: 1 };

/** Times this, every positive normal number is at least 1. */
const huge = 2 ** 126;
/** Subtracted where y is 0; far above what `beyond` reaches. */
const closed = 2 ** 30;

/**
 * [y > 0] = clip(2^126 y, 0, 1). With an end: h = clip(2^126 y - 2^30, -2^30, 0) is -2^30 at 0 and 0 from 2^-96 on, and
 * [0 < y < max] = clip(s (max - y) + h, 0, 1), where the power of two s is so large that one step of float32 below `max` gives at least 1.
 * All factors are powers of two: nothing is rounded, and at the ends the result is 0 exactly.
 */
export function writeGate(forms: Forms, { inputs, outputs, attributes: { min, max } }: Node<'gateGradient'>): boolean {
  const [g, y] = inputs as [Value, Value];
  if (min !== 0 || !forms.isBlocked(y) || g.shape.join() !== y.shape.join()) return false;
  const { pen } = forms;
  const shape = blockedShape(y, forms.block);
  const factor = forms.once(`gate ${max}`, [y], () => {
    const parts = { x: forms.blocked(y), shape };
    if (max === Infinity)
      return writeConstantAffine(forms, { ...parts, activation: toUnit }, { weight: huge, bias: 0 });
    const steep = 2 ** (27 - Math.floor(Math.log2(max)));
    const above = writeConstantAffine(
      forms,
      { ...parts, activation: { name: 'Clip', min: -closed, max: 0 } },
      { weight: huge, bias: -closed },
    );
    return writeConstantAffine(
      forms,
      { ...parts, sum: above, activation: toUnit },
      { weight: -steep, bias: steep * max },
    );
  });
  forms.setBlocked(outputs[0] as Value, pen.call('Mul', [forms.blocked(g), factor]));
  return true;
}
