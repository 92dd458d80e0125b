/** @file Affine maps of the plane: every geometric transform is one, and any number of them is one again. */

/** `[a, b, c, d, e, f]`: `(x, y)` goes to `(a x + b y + c, d x + e y + f)`. Places are in pixels, whose centers lie at halves. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const identity: Affine = [1, 0, 0, 0, 1, 0];

/** First `inner`, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

export interface Box {
  left: number;
  top: number;
  widthPx: number;
  heightPx: number;
}

/** Stretches a whole `[heightPx, widthPx]` picture over `box`. */
export const ontoBox = (size: { widthPx: number; heightPx: number }, box: Box): Affine => [
  box.widthPx / size.widthPx,
  0,
  box.left,
  0,
  box.heightPx / size.heightPx,
  box.top,
];

/** The linear map `[a, b, d, e]` about the center of a picture instead of its corner. */
export function aboutCenter(
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  [a, b, d, e]: readonly [number, number, number, number],
): Affine {
  const [x, y] = [widthPx / 2, heightPx / 2];
  return [a, b, x - a * x - b * y, d, e, y - d * x - e * y];
}
