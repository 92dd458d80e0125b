/** @file A sample's identity: one picture in one dataset. */
import { createHash } from 'node:crypto';

/** `s_` + the first 20 hexadecimal digits of the SHA-256 over dataset and content hash: the same picture is the same sample. */
export function sampleIdOf(dataset: string, contentHash: string): string {
  return `s_${createHash('sha256').update(`${dataset}\n${contentHash}`).digest('hex').slice(0, 20)}`;
}
