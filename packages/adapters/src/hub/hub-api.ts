/** @file What a hub says of a repository: the commit behind a name, and which files it promises with which hash. */
import { HubApiError, modelInfo, pathsInfo } from '@huggingface/hub';
import { TintypeError } from '@tintype/contracts/errors';

export interface HubRepository {
  /** 40 hexadecimal digits. */
  commit: string;
  license?: string;
}

/** What the hub promises of one file. Small files carry git's SHA-1 of the blob, large ones their SHA-256. */
export interface HubPromise {
  path: string;
  sizeBytes: number;
  hash: { algorithm: 'sha256' | 'git-sha1'; hex: string };
}

export interface HubApi {
  /** Undefined where the hub knows no such repository or revision. Throws HUB_UNREACHABLE. */
  findRepository(repository: string, revision: string): Promise<HubRepository | undefined>;
  /** Those of `paths` that the commit has. Throws HUB_UNREACHABLE. */
  listPromises(repository: string, commit: string, paths: readonly string[]): Promise<HubPromise[]>;
}

export interface HubApiOptions {
  endpoint: string;
  /** Time for one answer. */
  deadlineMs: number;
  signal?: AbortSignal;
}

export function openHubApi({ endpoint, deadlineMs, signal }: HubApiOptions): HubApi {
  const fetchWithDeadline: typeof fetch = (input, init) => {
    const deadline = AbortSignal.timeout(deadlineMs);
    return fetch(input, { ...init, signal: signal ? AbortSignal.any([deadline, signal]) : deadline });
  };
  const ask = async <T>(repository: string, question: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await question();
    } catch (error) {
      if (signal?.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
      if (error instanceof HubApiError && error.statusCode === 404) return undefined;
      throw new TintypeError('HUB_UNREACHABLE', { repository, reason: describeFailure(error) }, { cause: error });
    }
  };

  return {
    findRepository: (repository, revision) =>
      ask(repository, async () => {
        const found = await modelInfo({
          name: repository,
          revision,
          additionalFields: ['sha', 'cardData'],
          hubUrl: endpoint,
          fetch: fetchWithDeadline,
        });
        if (!/^[0-9a-f]{40}$/.test(found.sha)) throw new Error('the hub named no commit');
        const license = found.cardData?.license;
        return { commit: found.sha, ...(typeof license === 'string' ? { license } : {}) };
      }),

    listPromises: async (repository, commit, paths) => {
      const found = await ask(repository, () =>
        pathsInfo({
          repo: repository,
          revision: commit,
          paths: [...paths],
          hubUrl: endpoint,
          fetch: fetchWithDeadline,
        }),
      );
      return (found ?? []).flatMap((entry): HubPromise[] => {
        if (entry.type !== 'file' || !paths.includes(entry.path)) return [];
        const sha256 = entry.lfs?.oid.replace(/^sha256:/, '');
        if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256))
          return [
            { path: entry.path, sizeBytes: entry.lfs?.size ?? entry.size, hash: { algorithm: 'sha256', hex: sha256 } },
          ];
        if (entry.oid !== undefined && /^[0-9a-f]{40}$/.test(entry.oid))
          return [{ path: entry.path, sizeBytes: entry.size, hash: { algorithm: 'git-sha1', hex: entry.oid } }];
        return [];
      });
    },
  };
}

/** A few words for a person: why an address gave no answer. */
export function describeFailure(error: unknown): string {
  if (error instanceof HubApiError) return describeStatus(error.statusCode);
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'the hub did not answer in time';
  const code = (error.cause as { code?: string } | undefined)?.code;
  return code ? `no connection (${code})` : error.message;
}

export function describeStatus(status: number): string {
  if (status === 401 || status === 403) return 'it is private or its terms must be accepted first';
  if (status === 429) return 'the hub asks to slow down';
  return `the hub answered with status ${status}`;
}
