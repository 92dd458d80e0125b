/** @file Gates that can refuse nothing, because too few pictures tell what is usual. Pure. */
import { formatGate, type Gate } from '@tintype/contracts/gate';

/** A sentence for each. With M validation pictures, nothing is stranger than 1 in M + 1. */
export function describeWeakGates(gates: readonly Gate[], validationPictures: number): string[] {
  return gates.flatMap((gate) => {
    if (gate.kind !== 'unknown') return [];
    const needed = Math.ceil(1 / (1 - gate.share) - 1e-9) - 1;
    if (validationPictures >= needed) return [];
    return `The gate ${formatGate(gate)} needs ${needed} validation pictures to refuse any; there are ${validationPictures}.`;
  });
}
