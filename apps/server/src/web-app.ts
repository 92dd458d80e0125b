/** @file The page: its built files, its addresses, and what stands there when it was not built. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setPolicy } from './access.ts';

const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tintype</title>
<h1>The page is not built yet</h1>
<p>The server runs. To build its page, run <code>npm run build</code> in the project's folder, then load this address again.</p>
<p>Meanwhile: <a href="/docs">the API's documentation</a>, <a href="/health">health</a>.</p>
</html>
`;

/** Where the web app's package puts its build; undefined where that package is not installed. */
export function findWebFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@tintype/web/package.json')), 'dist');
  } catch {
    return undefined;
  }
}

/** Addresses the page itself understands: no API, no file, and asked for by a browser. */
function isPageAddress(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (/^\/(?:api|assets|docs)(?:\/|$)/.test(path) || /\.[^/]*$/.test(path)) return false;
  return (request.headers.accept ?? '').includes('text/html');
}

export async function registerWebApp(app: FastifyInstance, webFolder: string | undefined): Promise<void> {
  const sendPage = (reply: FastifyReply): FastifyReply => {
    const file = webFolder === undefined ? undefined : join(webFolder, 'index.html');
    const page = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : notBuilt;
    return reply.code(200).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
  };
  app.get('/', { config: { policy: 'public', isUnlimited: true }, schema: { hide: true } }, async (_request, reply) =>
    sendPage(reply),
  );
  if (webFolder !== undefined) await app.register((web) => registerFiles(web, webFolder));
  app.setNotFoundHandler(async (request, reply) => {
    if (isPageAddress(request)) return sendPage(reply);
    throw notFound(request);
  });
}

/** Without the query, which may hold secrets. */
const notFound = ({ method, url }: FastifyRequest) =>
  new TintypeError('ROUTE_NOT_FOUND', { method, path: (url.split('?', 1)[0] ?? '').slice(0, 200) });

async function registerFiles(web: FastifyInstance, webFolder: string): Promise<void> {
  setPolicy(web, { policy: 'public', isUnlimited: true });
  web.setErrorHandler((error: FastifyError, request) => {
    // What a path or range did wrong is no business of who sent it: there is no such file.
    throw (error.statusCode ?? 500) < 500 && !(error instanceof TintypeError) ? notFound(request) : error;
  });
  await web.register(fastifyStatic, {
    root: webFolder,
    index: false,
    dotfiles: 'ignore',
    suppressWarning: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(webFolder, 'assets'));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
