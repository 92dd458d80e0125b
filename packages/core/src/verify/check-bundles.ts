/** @file Versions: every file of their models is there and has its hash. */
import { TintypeError } from '@tintype/contracts/errors';
import type { ModelVersion } from '@tintype/contracts/registry';
import { manifestFile, parseManifest } from '../model/bundle.ts';
import { objectKeys } from '../ports/object-store.ts';
import { type CheckContext, type Found, mender } from './check.types.ts';
import { orphan } from './orphan.ts';
import { bringBack, hashObject, quarantine } from './quarantine.ts';

interface FileProblem {
  key: string;
  /** Undefined where it is not known. */
  sha256: string | undefined;
  isMissing: boolean;
  reason: string;
}

export async function* checkBundles(context: CheckContext): AsyncGenerator<Found> {
  const { catalog, store, looked } = context;
  const versions = (await catalog.registry.list()).flatMap((model) => model.versions);
  for (const bundleHash of new Set(versions.map((version) => version.bundleHash)))
    for await (const problem of findProblems(context, bundleHash))
      yield describe(context, problem, { bundleHash, versions });
  const known = new Set(versions.map(({ bundleHash }) => objectKeys.bundlePrefix(bundleHash)));
  for await (const { key } of store.list('models/')) {
    looked.objects += 1;
    if (!known.has(key.slice(0, key.indexOf('/', 'models/'.length) + 1))) yield orphan(context, key);
  }
}

async function* findProblems(context: CheckContext, bundleHash: string): AsyncGenerator<FileProblem> {
  const names = await readNames(context, bundleHash);
  if (!(names instanceof Map)) {
    yield names;
    return;
  }
  for (const [name, sha256] of names) {
    const problem = await findProblem(context, objectKeys.bundleFile(bundleHash, name), sha256);
    if (problem) yield problem;
  }
}

/** Files of the bundle with their hashes, or what is wrong with the manifest that says so. */
async function readNames({ store }: CheckContext, bundleHash: string): Promise<Map<string, string> | FileProblem> {
  const key = objectKeys.bundleFile(bundleHash, manifestFile);
  try {
    return new Map(Object.entries(parseManifest(await store.get(key), bundleHash).files));
  } catch (error) {
    const code = error instanceof TintypeError ? error.code : undefined;
    if (code === 'OBJECT_NOT_FOUND') return { key, sha256: bundleHash, isMissing: true, reason: 'is not there' };
    if (code === 'BUNDLE_CORRUPT')
      return { key, sha256: bundleHash, isMissing: false, reason: 'does not have its hash' };
    throw error;
  }
}

async function findProblem(
  { store, isQuick, looked }: CheckContext,
  key: string,
  sha256: string,
): Promise<FileProblem | undefined> {
  if (!(await store.find(key))) return { key, sha256, isMissing: true, reason: 'is not there' };
  if (isQuick) return undefined;
  const read = await hashObject(store, key);
  looked.sizeBytes += read.sizeBytes;
  return read.sha256 === sha256 ? undefined : { key, sha256, isMissing: false, reason: 'does not have its hash' };
}

interface Owner {
  bundleHash: string;
  versions: readonly ModelVersion[];
}

function describe(context: CheckContext, problem: FileProblem, { bundleHash, versions }: Owner): Found {
  const { key, sha256, isMissing, reason } = problem;
  const own = versions.filter((version) => version.bundleHash === bundleHash);
  const names = own.map(({ model, version }) => `${model}@${version}`).join(', ');
  return {
    kind: isMissing ? 'bundle-missing' : 'bundle-corrupt',
    subject: key,
    detail: `${key} ${reason}; ${names} needs it.`,
    async mend() {
      if (isMissing && sha256 !== undefined && (await bringBack(context.store, key, sha256)))
        return 'It is back from quarantine/.';
      if (!isMissing) await quarantine(context, key, reason);
      const moved = await moveAliases(context, own, versions);
      const aside = isMissing ? 'It is nowhere' : 'It is in quarantine/';
      return `${aside}; ${moved}; restore it from a backup, or train again.`;
    },
  };
}

/** An alias of a version that cannot be opened goes back to the last version of its log that can, or is taken away. */
async function moveAliases(
  context: CheckContext,
  broken: readonly ModelVersion[],
  versions: readonly ModelVersion[],
): Promise<string> {
  const { catalog, clock } = context;
  const said: string[] = [];
  for (const { model, version: number } of broken) {
    // Read again: an earlier file of the same bundle may have moved them already.
    const { aliases } = await catalog.registry.getVersion(model, String(number));
    for (const alias of aliases) {
      const version = await findWhole(context, { model, alias, broken, versions });
      await catalog.integrity.setAlias({ model, alias, version, by: mender, at: clock.now() });
      said.push(version === null ? `${model}@${alias} is taken away` : `${model}@${alias} is version ${version} again`);
    }
  }
  return said.join(', ') || 'no alias points to it';
}

async function findWhole(
  context: CheckContext,
  {
    model,
    alias,
    broken,
    versions,
  }: Pick<Owner, 'versions'> & { model: string; alias: string; broken: readonly ModelVersion[] },
): Promise<number | null> {
  const log = await context.catalog.registry.aliasLog(model);
  for (const entry of log) {
    if (entry.alias !== alias || entry.version === null) continue;
    const version = versions.find((one) => one.model === model && one.version === entry.version);
    if (version && !broken.includes(version) && (await isWhole(context, version.bundleHash))) return version.version;
  }
  return null;
}

async function isWhole(context: CheckContext, bundleHash: string): Promise<boolean> {
  for await (const _ of findProblems(context, bundleHash)) return false;
  return true;
}
