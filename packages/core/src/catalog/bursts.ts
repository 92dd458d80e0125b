/** @file Pictures named one after the other, such as the frames of a camera, that look alike: one burst. */
import type { HashTable } from './hamming-pairs.ts';
import type { Pair } from './star-groups.ts';

/** Numbers at most this far apart follow each other: a frame may be missing. */
const largestGap = 2;
/** Bits of the perceptual hash that frames of a moving thing may differ in; unrelated pictures differ in about 32. */
const hashLimit = 24;
/** A film of thousands of slowly changing frames would otherwise be one group. */
const longestBurst = 40;
/** Structural similarity that is enough where the names speak too. */
export const burstSimilarity = 0.8;

interface Frame {
  index: number;
  number: number;
}

/** Indices of the paths that differ in their last number only, ascending by that number. */
function listSequences(paths: readonly string[]): Frame[][] {
  const sequences = new Map<string, Frame[]>();
  for (const [index, path] of paths.entries()) {
    const match = /^(.*?)(\d+)(\D*)$/s.exec(path);
    if (!match) continue;
    const key = JSON.stringify([match[1], match[3]]);
    const sequence = sequences.get(key) ?? [];
    sequence.push({ index, number: Number(match[2]) });
    sequences.set(key, sequence);
  }
  return [...sequences.values()].map((frames) => frames.sort((p, q) => p.number - q.number || p.index - q.index));
}

/** Each picture with the one and the two names before it, the nearer first, where the names follow and the hashes do not object. */
export function* burstCandidates(paths: readonly string[], hashes: HashTable): Generator<[number, number]> {
  for (const frames of listSequences(paths)) {
    for (const [position, frame] of frames.entries()) {
      for (const earlier of [frames[position - 1], frames[position - 2]]) {
        if (!earlier || frame.number - earlier.number > largestGap) break;
        if (hashes.distance(earlier.index, frame.index) <= hashLimit) yield [earlier.index, frame.index];
      }
    }
  }
}

/** Burst number of every picture: it joins that of the first link to a name before it. `links` as `burstCandidates` orders them. */
export function chainBursts(size: number, links: readonly Pair[]): Uint32Array {
  const burstOf = Uint32Array.from({ length: size }, (_, i) => i);
  const lengths = new Uint32Array(size).fill(1);
  for (const { a: earlier, b: frame } of links) {
    const burst = burstOf[earlier] as number;
    if (burstOf[frame] !== frame || (lengths[burst] as number) >= longestBurst) continue;
    burstOf[frame] = burst;
    lengths[burst] = (lengths[burst] as number) + 1;
  }
  return burstOf;
}
