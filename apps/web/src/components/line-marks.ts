/** @file How lines of a chart are told apart: a color for each scheme, and a dash, never color alone. */

export interface LineMark {
  color: string;
  /** Lengths of strokes and gaps in pixels; empty is a whole line. */
  dash: readonly number[];
}

/** At least 3:1 on the page's surfaces, and apart for color-blind eyes in this order. */
const colors = {
  light: ['#3d44c4', '#b35900', '#00795c', '#a3286f', '#52606d', '#7a6a00'],
  dark: ['#9da0ff', '#ffb454', '#4fd6a8', '#f08cc8', '#b9c2cc', '#d9cb4a'],
} as const;

const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [12, 4, 2, 4], [5, 2], [12, 5]];

/** Of the nth line; colors and dashes repeat after six, against each other. */
export function lineMarkAt(position: number, scheme: keyof typeof colors): LineMark {
  const palette = colors[scheme];
  const round = Math.floor(position / palette.length);
  return {
    color: palette[position % palette.length] ?? palette[0],
    dash: dashes[(position + round) % dashes.length] ?? [],
  };
}

/** How many lines differ in color. */
export const lineMarkCount = colors.light.length;
