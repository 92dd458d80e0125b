/** @file Crushed drink cans: stepped on, squeezed, bent, or all of it. */
import type { Mesh } from '../draw/mesh.ts';
import type { Deform } from '../draw/revolve.ts';
import type { Random } from '../random.ts';
import { chain, chooseAxialCrush, chooseBend, chooseDent, chooseSqueeze } from './dent.ts';
import { buildCan, chooseCanHeight } from './soda-can.ts';

export function crushedCan(random: Random): Mesh[] {
  const height = chooseCanHeight(random);
  return buildCan(random, {
    radius: 1,
    height,
    deform: chooseCrush(random, height),
    rows: 30,
    facet: random.between(0.45, 0.8),
  });
}

function chooseCrush(random: Random, height: number): Deform {
  const body = { radius: 1, height };
  const dent = (): Deform => chooseDent(random, { ...body, depth: random.between(0.3, 0.7) });
  switch (random.pickWeighted({ stepped: 3, squeezed: 2, bent: 2, slight: 1 })) {
    case 'stepped': {
      const left = random.between(0.3, 0.7);
      return chain(
        dent(),
        chooseAxialCrush(random, { ...body, left }),
        chooseBend(random, { ...body, height: height * left, angle: random.between(0, 0.5) }),
      );
    }
    case 'squeezed':
      return chain(
        dent(),
        dent(),
        chooseSqueeze(random, { ...body, strength: random.between(0.5, 0.85) }),
        chooseBend(random, { ...body, angle: random.between(0.1, 0.6) }),
      );
    case 'bent':
      return chain(
        dent(),
        chooseAxialCrush(random, { ...body, left: random.between(0.6, 0.85) }),
        chooseBend(random, { ...body, angle: random.between(0.4, 0.9) }),
      );
    default:
      return chain(dent(), dent(), chooseSqueeze(random, { ...body, strength: random.between(0.25, 0.5) }));
  }
}
