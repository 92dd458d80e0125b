/** @file Finds out who asks, before anything else of a request is looked at, and whether that one may. */
import { newSecret } from '@tintype/adapters/secrets';
import { type Identity, roleScopes } from '@tintype/contracts/access';
import type { Config } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import type { AccessNeeds, SessionLimits } from '@tintype/core/access/needs.types';
import { identifySession } from '@tintype/core/access/sessions';
import { identifyToken } from '@tintype/core/access/tokens';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readSessionCookie } from './cookies.ts';
import { isForeign, isSafeMethod } from './hosts.ts';
import { localActor } from './local-actor.ts';
import { isLoopbackHost } from './loopback.ts';
import { addressKey, RateLimiter } from './rate-limiter.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Reading it on a public route is a mistake of the program, and throws. */
    readonly identity: Identity;
    /** What this request costs beyond one, such as the further pictures of a batch; counts where a rate does. */
    charge(cost: number): void;
  }
}

export interface Access {
  /** Whether nobody is answered but who is known. */
  isRequired: boolean;
  needs: AccessNeeds;
  sessionLimits: SessionLimits;
  /** Throws UNAUTHENTICATED. */
  identify(request: FastifyRequest): Promise<Identity>;
  /** Undefined where nobody is known to ask. */
  find(request: FastifyRequest): Promise<Identity | undefined>;
  /** Who was found to ask; undefined as long as nobody was looked for. */
  known(request: FastifyRequest): Identity | undefined;
  /** Aborted soon after who asks may not any more, for answers that take long. */
  watch(request: FastifyRequest, reply: FastifyReply): AbortSignal;
  /** For routes that make somebody known. */
  setIdentity(request: FastifyRequest, identity: Identity): void;
}

/** Whoever uses this machine. */
const localIdentity: Identity = { name: localActor, role: 'admin', scopes: roleScopes.admin };

const hourMs = 3_600_000;
/** A token that is revoked ends what it began within a second. */
const watchMs = 500;

/** A server that other machines can reach, by itself or through a proxy, always has to know who asks. */
export function isAccessRequired({ serve, access }: Config, host: string): boolean {
  return access.required || !isLoopbackHost(host) || serve.hosts.length > 0 || serve.trustProxy.length > 0;
}

export function openAccess(workspace: Workspace, { isRequired }: { isRequired: boolean }): Access {
  const { sessionIdleHours, sessionDays } = workspace.config.access;
  const sessionLimits = { idleMs: sessionIdleHours * hourMs, lifeMs: sessionDays * 24 * hourMs };
  const { clock } = workspace;
  const identities = new WeakMap<FastifyRequest, Identity>();
  const needs: AccessNeeds = {
    clock,
    newSecret,
    get catalog() {
      return workspace.catalog;
    },
  };

  async function identify(request: FastifyRequest): Promise<Identity> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return identifyToken(needs, bearerOf(authorization));
    const cookie = mayUseCookie(request) ? readSessionCookie(request) : undefined;
    const isLocal = !isRequired && !isForeign(request) && !isForwarded(request);
    if (cookie !== undefined) {
      const found = identifySession(needs, cookie, sessionLimits);
      // A cookie outlives a session and a server; this machine needs none.
      return isLocal ? found.catch(() => localIdentity) : found;
    }
    if (isLocal) return localIdentity;
    throw new TintypeError('UNAUTHENTICATED', { reason: 'missing' });
  }

  return {
    isRequired,
    needs,
    sessionLimits,
    identify,
    find: (request) => identify(request).catch(nobodyWhereUnknown),
    known: (request) => identities.get(request),
    watch(request, reply) {
      const refused = new AbortController();
      const { policy } = request.routeOptions.config;
      const look = async (): Promise<void> => {
        const { scopes } = await identify(request).catch(() => ({ scopes: [] }));
        if (!scopes.some((scope) => scope === policy)) refused.abort();
      };
      const timer = setInterval(() => void look(), watchMs);
      reply.raw.once('close', () => clearInterval(timer));
      return refused.signal;
    },
    setIdentity: (request, identity) => {
      identities.set(request, identity);
    },
  };
}

function nobodyWhereUnknown(error: unknown): undefined {
  if (error instanceof TintypeError && error.kind === 'unauthenticated') return undefined;
  throw error;
}

/** Of other schemes nothing is known here. */
const bearerOf = (authorization: string): string => /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';

/** Only pages of this server have its cookie; what changes something must say that it comes from one. */
function mayUseCookie(request: FastifyRequest): boolean {
  if (isForeign(request)) return false;
  const { origin, 'sec-fetch-site': site } = request.headers;
  return isSafeMethod(request.method) || origin !== undefined || site === 'same-origin';
}

/** Whether a proxy brought it, so that it may come from anywhere whatever its Host says. */
const isForwarded = ({ headers }: FastifyRequest): boolean =>
  ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'].some(
    (name) => headers[name] !== undefined,
  );

/** Every route that is not public then knows who asks, and that this one may; nobody asks more often than is allowed. */
export function guardIdentity(app: FastifyInstance, access: Access, rate: Config['serve']['rate']): void {
  const limiter = new RateLimiter(rate);
  const keys = new WeakMap<FastifyRequest, string>();
  const take = (request: FastifyRequest, key: string): void => {
    const retryAfterS = limiter.take(key);
    if (retryAfterS !== undefined) throw new TintypeError('RATE_LIMITED', { retryAfterS });
    keys.set(request, key);
  };
  const takeAddress = (request: FastifyRequest): void => {
    if (access.isRequired) take(request, `address ${addressKey(request.ip)}`);
  };

  app.decorateRequest('charge', function charge(this: FastifyRequest, cost: number): void {
    const key = keys.get(this);
    if (key !== undefined) limiter.charge(key, cost);
  });

  app.decorateRequest('identity', {
    getter(this: FastifyRequest) {
      const identity = access.known(this);
      if (!identity) throw new Error(`Nobody was asked who they are: ${this.routeOptions.url}.`);
      return identity;
    },
  });
  app.addHook('onRequest', async (request) => {
    const { policy = request.is404 ? 'public' : 'admin', isUnlimited } = request.routeOptions.config;
    if (policy === 'public') {
      if (!isUnlimited) takeAddress(request);
      return;
    }
    const identity = await access.identify(request).catch((error: unknown) => {
      takeAddress(request);
      throw error;
    });
    const { tokenId, sessionId } = identity;
    if (tokenId !== undefined) take(request, `token ${tokenId}`);
    // People scroll through pictures faster than programs ask.
    else if (sessionId !== undefined && policy !== 'read') take(request, `session ${sessionId}`);
    access.setIdentity(request, identity);
    if (!identity.scopes.includes(policy)) throw new TintypeError('FORBIDDEN', { scope: policy });
  });
}
