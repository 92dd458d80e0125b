/** @file One made-up photograph of something recyclable, by class and seed. */
import { drawScene } from './draw/frame.ts';
import type { Art } from './draw/mesh.ts';
import type { Texture } from './draw/texture.ts';
import { loadTexture } from './draw/texture.ts';
import { chooseDevelopment, developJpeg } from './post.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import type { RecyclableClass } from './scene/compose.ts';
import { composeScene } from './scene/compose.ts';
import { choosePhotographer } from './scene/photographer.ts';

export type { RecyclableClass } from './scene/compose.ts';

/** Also the folder names of a written data set. */
export const recyclableClasses = [
  'boxes',
  'glass-bottles',
  'soda-cans',
  'crushed-soda-cans',
  'plastic-bottles',
] as const satisfies readonly RecyclableClass[];

export interface RenderRequest {
  className: RecyclableClass;
  /** Any safe integer; the same class, seed and size give the same bytes with the same Node and sharp. */
  seed: number;
  /** Longer side, 64 to 1024; default 256. Most pictures are 4:3. */
  sizePx?: number;
}

/** Resolves to a JPEG. Throws RangeError for a size out of range. */
export async function renderRecyclable({ className, seed, sizePx = 256 }: RenderRequest): Promise<Uint8Array> {
  if (!Number.isInteger(sizePx) || sizePx < 64 || sizePx > 1024)
    throw new RangeError(`sizePx is ${sizePx}, not a whole number from 64 to 1024.`);
  const random = createRandom(seed, className);
  const photographer = choosePhotographer(random);
  const { widthPx, heightPx } = chooseFormat(random, photographer.otherFormat, sizePx);
  const oversampling = sizePx <= 128 ? 1.5 : 1.25;
  const detail = Math.min(2, Math.max(0.3, sizePx / 256)) * 0.8;

  const scene = composeScene(random, { className, photographer });
  const textures = await paintTextures(
    scene.meshes.flatMap((mesh) => mesh.material.art ?? []),
    detail,
  );
  const frame = drawScene(scene, {
    textures,
    widthPx: Math.round(widthPx * oversampling),
    heightPx: Math.round(heightPx * oversampling),
  });
  return developJpeg(frame, chooseDevelopment(random, photographer), { widthPx, heightPx, random });
}

function chooseFormat(random: Random, otherShare: number, sizePx: number): { widthPx: number; heightPx: number } {
  const shorterPx = Math.round(sizePx * 0.75);
  if (!random.chance(otherShare)) return { widthPx: sizePx, heightPx: shorterPx };
  return random.chance(0.5) ? { widthPx: shorterPx, heightPx: sizePx } : { widthPx: sizePx, heightPx: sizePx };
}

async function paintTextures(arts: readonly Art[], detail: number): Promise<Map<Art, Texture>> {
  const unique = [...new Set(arts)];
  const textures = await Promise.all(unique.map((art) => loadTexture(art, detail)));
  return new Map(unique.map((art, i) => [art, textures[i]!]));
}
