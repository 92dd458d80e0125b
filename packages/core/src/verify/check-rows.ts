/** @file Rows against each other. */
import type { CheckContext, Found } from './check.types.ts';

export async function* checkRows({ catalog, clock }: CheckContext): AsyncGenerator<Found> {
  const at = clock.now();
  for await (const fault of catalog.integrity.findFaults({ at }))
    yield { ...fault, mend: () => catalog.integrity.mend(fault, { at: clock.now() }) };
}
