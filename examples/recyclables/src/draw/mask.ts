/** @file Flat masks for shadows: filled by triangles, softened by box blurs. */

export interface Mask {
  widthPx: number;
  heightPx: number;
  /** [H, W] from 0 to 1 */
  values: Float32Array;
}

export function createMask(widthPx: number, heightPx: number): Mask {
  return { widthPx, heightPx, values: new Float32Array(widthPx * heightPx) };
}

/** Raises the mask to `value` under the mesh; `points` come from projectPoints for a camera of the mask's size. */
export function fillMask(mask: Mask, points: Float32Array, indices: Uint32Array, value: number): void {
  const { widthPx, heightPx, values } = mask;
  for (let t = 0; t < indices.length; t += 3) {
    const a = indices[t]! * 3;
    const b = indices[t + 1]! * 3;
    const c = indices[t + 2]! * 3;
    if (points[a + 2] === 0 || points[b + 2] === 0 || points[c + 2] === 0) continue;
    const ax = points[a]!;
    const ay = points[a + 1]!;
    const bx = points[b]!;
    const by = points[b + 1]!;
    const cx = points[c]!;
    const cy = points[c + 1]!;
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(widthPx - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(heightPx - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const wa = ((bx - x - 0.5) * (cy - y - 0.5) - (by - y - 0.5) * (cx - x - 0.5)) / area;
        const wb = ((cx - x - 0.5) * (ay - y - 0.5) - (cy - y - 0.5) * (ax - x - 0.5)) / area;
        if (wa < 0 || wb < 0 || wa + wb > 1) continue;
        const i = y * widthPx + x;
        if (values[i]! < value) values[i] = value;
      }
    }
  }
}

/** Two box passes each way, by running sums: close to a Gaussian of the same radius. */
export function blurMask(mask: Mask, radiusPx: number): void {
  const radius = Math.round(radiusPx);
  if (radius < 1) return;
  const { widthPx, heightPx, values } = mask;
  const line = new Float32Array(Math.max(widthPx, heightPx));
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < heightPx; y++) boxBlur(values, line, { start: y * widthPx, step: 1, length: widthPx, radius });
    for (let x = 0; x < widthPx; x++) boxBlur(values, line, { start: x, step: widthPx, length: heightPx, radius });
  }
}

function boxBlur(
  values: Float32Array,
  line: Float32Array,
  { start, step, length, radius }: { start: number; step: number; length: number; radius: number },
): void {
  for (let i = 0; i < length; i++) line[i] = values[start + i * step]!;
  const last = length - 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[Math.min(last, Math.max(0, i))]!;
  for (let i = 0; i < length; i++) {
    values[start + i * step] = sum / (2 * radius + 1);
    sum += line[Math.min(last, i + radius + 1)]! - line[Math.max(0, i - radius)]!;
  }
}
