/** @file The model bundle as files: rendered once, named by its hash, verified to the last byte wherever it is read. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import {
  type BundleManifest,
  bundleFormat,
  bundleManifestSchema,
  type Parity,
  paritySchema,
} from '@tintype/contracts/model';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import { computeFileHash } from './hash-file.ts';
import { type NeighborIndex, renderNeighborIndex } from './neighbors/neighbor-index.ts';

export const manifestFile = 'bundle.json';
export const graphFile = 'model.onnx';
export const parityFile = 'parity.json';
export const cardFile = 'model-card.md';
/** The index of training pictures; bundles of older versions and imported ones have none. */
export const neighborsFile = 'neighbors.safetensors';
const requiredFiles = [graphFile, parityFile, cardFile];

export interface BundleParts {
  manifest: Omit<BundleManifest, 'files' | 'format'>;
  graph: Uint8Array;
  parity: Parity;
  card: string;
  /** Of the training pictures; bytes are an index that was rendered before. */
  neighbors?: NeighborIndex | Uint8Array | undefined;
}

export interface RenderedBundle {
  /** SHA-256 of `bundle.json`, which holds those of the other files. */
  bundleHash: string;
  sizeBytes: number;
  /** By name; `bundle.json` is the last. */
  files: ReadonlyMap<string, Uint8Array>;
}

export function renderBundle({ manifest, graph, parity, card, neighbors }: BundleParts): RenderedBundle {
  const files = new Map<string, Uint8Array>([
    [graphFile, graph],
    [parityFile, encode(`${JSON.stringify(parity, null, 1)}\n`)],
    [cardFile, encode(card)],
    ...(neighbors
      ? [[neighborsFile, neighbors instanceof Uint8Array ? neighbors : renderNeighborIndex(neighbors)] as const]
      : []),
  ]);
  const hashes = Object.fromEntries([...files].map(([name, content]) => [name, sha256(content)]));
  const whole: BundleManifest = { format: bundleFormat, ...manifest, files: hashes };
  const manifestBytes = encode(`${JSON.stringify(whole, null, 2)}\n`);
  files.set(manifestFile, manifestBytes);
  const sizeBytes = [...files.values()].reduce((sum, content) => sum + content.length, 0);
  return { bundleHash: sha256(manifestBytes), sizeBytes, files };
}

/** Puts the manifest last: a bundle that was cut short has none, and nobody takes it for whole. */
export async function storeBundle(
  store: Pick<ObjectStore, 'put'>,
  { bundleHash, files }: RenderedBundle,
): Promise<void> {
  for (const [name, content] of files) {
    await store.put(objectKeys.bundleFile(bundleHash, name), content, { ifAbsent: false });
    crashPoint('register.file');
  }
}

/** Throws BUNDLE_CORRUPT unless the bytes have this hash, are of this format, and name only plain files. */
export function parseManifest(bytes: Uint8Array, bundleHash: string): BundleManifest {
  if (sha256(bytes) !== bundleHash) throw corrupt(bundleHash, `${manifestFile} is not the one that was registered`);
  const parsed = bundleManifestSchema.safeParse(parseJson(bytes));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw corrupt(
      bundleHash,
      `${manifestFile}: ${issue?.path.join('.') || 'content'} ${issue?.message ?? 'is not valid'}`,
    );
  }
  const names = Object.keys(parsed.data.files);
  const missing = requiredFiles.find((name) => !names.includes(name));
  if (missing) throw corrupt(bundleHash, `${manifestFile} names no ${missing}`);
  const unsafe = names.find((name) => !/^[A-Za-z0-9][\w.-]*$/.test(name));
  if (unsafe) throw corrupt(bundleHash, `${manifestFile} names the unsafe file ${JSON.stringify(unsafe)}`);
  return parsed.data;
}

/** Throws BUNDLE_CORRUPT unless the content is what the manifest promises under this name. */
export function verifyBundleFile(
  manifest: BundleManifest,
  { name, content, bundleHash }: { name: string; content: Uint8Array; bundleHash: string },
): void {
  if (manifest.files[name] !== sha256(content)) throw otherHash(bundleHash, name);
}

const otherHash = (bundleHash: string, name: string) => corrupt(bundleHash, `${name} does not have its hash`);

export const hasNeighbors = ({ files }: Pick<BundleManifest, 'files'>): boolean => Object.hasOwn(files, neighborsFile);

export interface BundleContents {
  manifest: BundleManifest;
  graph: Uint8Array;
  parity: Parity;
  neighbors?: Uint8Array;
}

/** What is read of a bundle to open its graph. */
export interface BundleToOpen extends Omit<BundleContents, 'graph'> {
  /** Absent where it is large: whoever opens it reads it. */
  graph?: Uint8Array;
  graphPath: string;
  /** Nobody may be answered before it resolves; rejects with BUNDLE_CORRUPT. */
  verified: Promise<void>;
}

/** Hashing less takes less time than a thread. */
const largeBytes = 16 * 2 ** 20;

/** Every file of the bundle in `folder`, verified. Throws BUNDLE_CORRUPT for anything missing, changed or unreadable. */
export async function readBundle(folder: string, bundleHash: string): Promise<BundleContents> {
  const { manifest, contents, parity } = readFiles(folder, bundleHash, () => false);
  return { manifest, graph: contents.get(graphFile) as Uint8Array, parity, ...neighborsIn(contents) };
}

/** The same but for a large graph, which is verified on a thread of its own while it is opened. Throws BUNDLE_CORRUPT. */
export function beginBundle(folder: string, bundleHash: string): BundleToOpen {
  const graphPath = join(folder, graphFile);
  const isLeft = (name: string): boolean => name === graphFile && sizeOf(graphPath) >= largeBytes;
  const { manifest, contents, parity } = readFiles(folder, bundleHash, isLeft);
  const graph = contents.get(graphFile);
  const verified = graph ? Promise.resolve() : verifyGraph(graphPath, manifest, bundleHash);
  verified.catch(() => undefined);
  return { manifest, ...(graph ? { graph } : {}), graphPath, parity, ...neighborsIn(contents), verified };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const neighborsIn = (contents: ReadonlyMap<string, Uint8Array>): { neighbors?: Uint8Array } => {
  const neighbors = contents.get(neighborsFile);
  return neighbors ? { neighbors } : {};
};

function readFiles(
  folder: string,
  bundleHash: string,
  isLeft: (name: string) => boolean,
): { manifest: BundleManifest; contents: Map<string, Uint8Array>; parity: Parity } {
  // At once: children have to wait for it anyway, and in pieces a large model takes half as long again.
  const read = (name: string): Uint8Array => {
    try {
      return readFileSync(join(folder, name));
    } catch (error) {
      throw corrupt(bundleHash, `${name} cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
    }
  };
  const manifest = parseManifest(read(manifestFile), bundleHash);
  const contents = new Map<string, Uint8Array>();
  for (const name of Object.keys(manifest.files)) {
    if (isLeft(name)) continue;
    const content = read(name);
    verifyBundleFile(manifest, { name, content, bundleHash });
    contents.set(name, content);
  }
  const parity = paritySchema.safeParse(parseJson(contents.get(parityFile) as Uint8Array));
  if (!parity.success) throw corrupt(bundleHash, `${parityFile} is not valid`);
  return { manifest, contents, parity: parity.data };
}

async function verifyGraph(path: string, { files }: BundleManifest, bundleHash: string): Promise<void> {
  const hash = await computeFileHash(path).catch((error: unknown) => {
    throw corrupt(bundleHash, `${graphFile} cannot be read`, error);
  });
  if (hash !== files[graphFile]) throw otherHash(bundleHash, graphFile);
}

export function corrupt(bundleHash: string, reason: string, cause?: unknown): TintypeError<'BUNDLE_CORRUPT'> {
  return new TintypeError('BUNDLE_CORRUPT', { bundle: bundleHash.slice(0, 12), reason }, { cause });
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
