/**
 * @file A stranger's URL to bytes, without becoming the stranger's hands: every hop's address is resolved once, checked, and connected to as
 * checked, so that neither redirects nor a name that changes its mind reach what is not public. For child processes.
 */
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { TintypeError } from '@tintype/contracts/errors';
import type { FetchedPart } from '@tintype/core/ports/picture-fetcher';
import { isPublicAddress } from './public-address.ts';

export interface FetchLimits {
  /** Of the body. */
  bytes: number;
  /** From the first look-up to the last byte, redirects included; default 10,000. */
  totalMs?: number;
  /** Longest silence; default 3,000. */
  idleMs?: number;
  /** Default 3. */
  redirects?: number;
}

export interface FetchOptions {
  limits: FetchLimits;
  signal?: AbortSignal;
  /** Default 80, 443, 8080, 8443. */
  ports?: readonly number[];
  /** For tests: which addresses may be reached; default `isPublicAddress`. */
  isAllowed?: (address: string) => boolean;
  /** For tests: all addresses of a name; default the system's resolver. */
  resolve?: (hostname: string) => Promise<readonly string[]>;
}

const defaults = { totalMs: 10_000, idleMs: 3000, redirects: 3 };
const usualPorts: readonly number[] = [80, 443, 8080, 8443];
const longestUrl = 2048;
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

/** Throws URL_REFUSED for what may not be asked, URL_FAILED for what did not answer as it should, IMAGE_TOO_LARGE, CANCELLED. */
export async function fetchPicture(url: string, options: FetchOptions): Promise<Uint8Array> {
  return within(options, async (signal) => {
    const response = await follow(url, { ...options, signal });
    return readBody(response, { ...options, signal, status: 200 });
  });
}

/** Bytes `[start, end)`, fewer where the whole ends before. Throws as `fetchPicture` does. */
export async function fetchPart(
  url: string,
  { start, end }: { start: number; end: number },
  options: Omit<FetchOptions, 'limits'> & { limits: Omit<FetchLimits, 'bytes'> },
): Promise<FetchedPart> {
  const limited = { ...options, limits: { ...options.limits, bytes: end - start } };
  return within(limited, async (signal) => {
    const headers = { range: `bytes=${start}-${end - 1}`, accept: '*/*' };
    const response = await follow(url, { ...limited, signal, headers });
    const { statusCode, headers: told } = response;
    if (statusCode === 200) {
      response.destroy();
      throw failed('its server gives no parts of files');
    }
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(told['content-range'] ?? '');
    const bytes = await readBody(response, { ...limited, signal, status: 206 });
    if (!range || Number(range[1]) !== start) throw failed('it answered with another part than was asked for');
    const tag = told.etag ?? told['last-modified'] ?? '';
    return { bytes, sizeBytes: Number(range[2]), tag };
  });
}

async function within<T>({ limits, signal }: FetchOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(limits.totalMs ?? defaults.totalMs);
  try {
    return await work(signal ? AbortSignal.any([signal, deadline]) : deadline);
  } catch (error) {
    if (signal?.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
    if (deadline.aborted) throw failed('it took too long', error);
    throw error;
  }
}

type Following = FetchOptions & { signal: AbortSignal; headers?: Record<string, string> };

/** The answer behind the redirects. */
async function follow(start: string, options: Following): Promise<IncomingMessage> {
  const mostRedirects = options.limits.redirects ?? defaults.redirects;
  let url = parseUrl(start, options);
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const response = await ask(url, options);
    const { statusCode = 0, headers } = response;
    if (redirectStatuses.includes(statusCode)) {
      response.destroy();
      if (headers.location === undefined) throw failed('it redirects to nowhere');
      url = parseUrl(headers.location, options, url);
      continue;
    }
    return response;
  }
  throw failed(`it redirects more than ${mostRedirects} times`);
}

/** `base`: where a relative address starts. */
function parseUrl(text: string, { ports = usualPorts }: FetchOptions, base?: URL): URL {
  if (text.length > longestUrl) throw refused('it is too long');
  if (!URL.canParse(text, base?.href)) throw refused('it is not a valid address');
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('only http and https are fetched');
  if (url.username !== '' || url.password !== '') throw refused('it carries a name or password');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!ports.includes(port)) throw refused('its port is not one of the usual ones');
  return url;
}

/** One look-up, all addresses judged, the first one used: what was checked is what is connected to. */
async function resolveOnce(hostname: string, options: Following): Promise<string> {
  const { isAllowed = isPublicAddress, resolve = resolveWithSystem, signal } = options;
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) > 0 ? [host] : await abortable(resolve(host), signal);
  const [first] = addresses;
  if (first === undefined) throw failed('its name has no address');
  if (!addresses.every(isAllowed)) throw refused('it leads to an address that is not public');
  return first;
}

async function resolveWithSystem(hostname: string): Promise<readonly string[]> {
  const found = await lookup(hostname, { all: true, verbatim: true }).catch((error: unknown) => {
    throw failed('its name cannot be resolved', error);
  });
  return found.map(({ address }) => address);
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function ask(url: URL, options: Following): Promise<IncomingMessage> {
  const address = await resolveOnce(url.hostname, options);
  const family = isIP(address);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        agent: false,
        signal: options.signal,
        timeout: options.limits.idleMs ?? defaults.idleMs,
        headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'tintype', ...options.headers },
        // Node asks for one address or for all, depending on its version.
        lookup: (_hostname, { all }, done) => (all ? done(null, [{ address, family }]) : done(null, address, family)),
      },
      resolve,
    );
    asking.on('timeout', () => asking.destroy(failed('it was silent for too long')));
    asking.on('error', (error) => reject(error instanceof TintypeError ? error : failed('it does not answer', error)));
    asking.end();
  });
}

async function readBody(
  response: IncomingMessage,
  { limits, status }: Following & { status: number },
): Promise<Uint8Array> {
  const { statusCode = 0, headers } = response;
  try {
    if (statusCode !== status) throw failed(`it answered with status ${statusCode}`);
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw failed('it answered with compressed content that nobody asked for');
    const announced = Number(headers['content-length'] ?? 0);
    if (announced > limits.bytes) throw tooLarge(announced, limits);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > limits.bytes) throw tooLarge(size, limits);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  } catch (error) {
    throw error instanceof TintypeError ? error : failed('it broke off', error);
  } finally {
    response.destroy();
  }
}

const refused = (reason: string): TintypeError => new TintypeError('URL_REFUSED', { reason });
const failed = (reason: string, cause?: unknown): TintypeError => new TintypeError('URL_FAILED', { reason }, { cause });
const tooLarge = (sizeBytes: number, { bytes }: FetchLimits): TintypeError =>
  new TintypeError('IMAGE_TOO_LARGE', { sizeBytes, limitBytes: bytes });
