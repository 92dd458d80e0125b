/** @file Which models children that stand by hold as well: those that take little of the machine's memory once more. */
import { stat } from 'node:fs/promises';

/** MobileNetV2 has 14 MB, ViT-Tiny 22, ResNet-18 45, ViT-B/16 343 and in 8 bits 87. */
const mostBytes = 64 * 2 ** 20;

/** False where there is no file. */
export async function isSmallFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.size <= mostBytes;
}
