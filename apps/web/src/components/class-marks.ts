/** @file Which mark stands for a class: a color of Okabe and Ito's color-blind-safe palette with a shape, never color alone. */

/** Okabe & Ito 2008, without black. */
export const markColors = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442'] as const;
export const markShapes = ['circle', 'square', 'triangle', 'diamond', 'ring', 'cross'] as const;

export interface Mark {
  color: (typeof markColors)[number];
  shape: (typeof markShapes)[number];
}

/** Color and shape step together: the first 42 classes differ in one of them at least, neighbors in both. */
export function markAt(position: number): Mark {
  return {
    color: markColors[position % markColors.length] ?? markColors[0],
    shape: markShapes[position % markShapes.length] ?? markShapes[0],
  };
}

/** A class keeps its mark on every screen: its place in the list of classes, where new ones come last, and after those a stable one from its name. */
export function markOf(className: string, known: readonly string[]): Mark {
  const position = known.indexOf(className);
  if (position >= 0) return markAt(position);
  let sum = 0;
  for (const character of className) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return markAt(sum);
}
