/** @file A small server that speaks the HTTP API from memory and serves the built page: states a real one is slow to reach. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { roleScopes, type SessionView } from '@tintype/contracts/access';
import type { ListedSample } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { AliasLogEntry } from '@tintype/contracts/registry';
import type { Prediction } from '@tintype/contracts/serve';
import { drawPicture } from './drawn-pictures.ts';
import { buildBackups } from './web-fixture-backup.ts';
import { openCatalogFixture } from './web-fixture-catalog.ts';
import {
  buildEvaluation,
  buildHistory,
  buildSample,
  buildVersion,
  drawingOf,
  fixtureClasses,
} from './web-fixture-data.ts';
import { answerExplore, type ExploreState } from './web-fixture-explore.ts';
import { answerLabel, type FixtureLabeling } from './web-fixture-label.ts';
import { answerModelQuestion, explainAnswer } from './web-fixture-model.ts';
import { openPeopleFixture } from './web-fixture-people.ts';
import { openTrainFixture, sendTrainAnswer } from './web-fixture-train.ts';

const distFolder = join(import.meta.dirname, '../apps/web/dist');
/** As the real server sends it. */
const csp =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface FixtureOptions {
  /** Default 240. */
  samples?: number;
  /** Default true. */
  hasModel?: boolean;
  /** What the server says of the reader; by default that it need not know. */
  session?: SessionView;
  /** How far labeling is; default `ready`. */
  labeling?: FixtureLabeling['stage'];
  /** Whether something was trained before; default true. */
  hasRuns?: boolean;
  /** Whether anybody has labeled, and there are users and tokens; default true. */
  hasPeople?: boolean;
  /** Longer side of a thumbnail; a picture is twice that. Default 64, since drawing takes time. */
  thumbnailPx?: number;
  /** Default `explored`. */
  explore?: ExploreState;
}

const localIdentity = { name: 'local', role: 'admin' as const, scopes: [...roleScopes.admin], isSession: false };
const signedIn: SessionView = {
  identity: { name: 'ada', role: 'annotator', scopes: [...roleScopes.annotator], isSession: true },
  isRequired: true,
  hasAdmin: true,
};
/** What lets in. */
export const fixturePassword = 'correct horse battery';
export const fixtureInvitation = `inv_${'0'.repeat(20)}.${'A'.repeat(43)}`;

export interface WebFixture extends AsyncDisposable {
  url: string;
  samples: ListedSample[];
  history: AliasLogEntry[];
  session: SessionView;
  /** Milliseconds every API answer waits. */
  delayMs: number;
  /** While true, API requests are cut off as by a server that is gone. */
  isGone: boolean;
  /** While true, every API request fails with INTERNAL. */
  isBroken: boolean;
  /** Requests for a picture's answer under way at once, at most so far. */
  mostPredictions: number;
}

export async function openWebFixture({
  samples: count = 240,
  hasModel = true,
  session = { identity: localIdentity, isRequired: false, hasAdmin: true },
  labeling = 'ready',
  thumbnailPx = 64,
  explore = 'explored',
  hasRuns = true,
  hasPeople = true,
}: FixtureOptions = {}): Promise<WebFixture> {
  const samples = Array.from({ length: count }, (_, position) => buildSample(position));
  const positions = new Map(samples.map((sample, position) => [sample.id, position]));
  const history = hasModel ? buildHistory() : [];
  const train = openTrainFixture({ hasRuns });
  const catalog = openCatalogFixture(samples);
  const people = openPeopleFixture(samples, { isEmpty: !hasPeople });
  let predictions = 0;

  const champion = (): number | null => history.at(-1)?.version ?? null;
  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => {
      const error = thrown instanceof TintypeError ? thrown : new TintypeError('INTERNAL', { errorId: 'err_fixture' });
      sendJson(response, { ...error.toProblem(), request_id: 'req_fixture' }, error.status, 'application/problem+json');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const fixture: WebFixture = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    samples,
    history,
    session,
    delayMs: 0,
    isGone: false,
    isBroken: false,
    mostPredictions: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fixture;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', fixture.url);
    const isPage = !/^\/(api|health|predict)/.test(url.pathname);
    if (isPage) return sendPage(url.pathname, response);
    const body = await readBody(request);
    if (fixture.isGone) return void request.socket.destroy();
    if (fixture.delayMs > 0 && !/thumbnail|picture$/.test(url.pathname))
      await new Promise((resolve) => setTimeout(resolve, fixture.delayMs));
    if (fixture.isBroken && url.pathname !== '/health') throw new TintypeError('INTERNAL', { errorId: 'err_5c1f' });
    return answerApi(request.method ?? 'GET', url, body, response);
  }

  async function answerApi(method: string, url: URL, body: Buffer, response: ServerResponse): Promise<void> {
    const route = `${method} ${url.pathname}`;
    const [, , , id = '', part] = url.pathname.split('/');
    if (url.pathname === '/api/session' || /^\/api\/(?:login|join|logout)$/.test(url.pathname))
      return sendJson(response, answerSession(route, body));
    if (fixture.session.isRequired && !fixture.session.identity && url.pathname !== '/health')
      throw new TintypeError('UNAUTHENTICATED', { reason: 'missing' });
    if (route === 'GET /health') return sendJson(response, describeHealth());
    if (route === 'GET /api/workspace') return sendJson(response, describeWorkspace());
    if (route === 'POST /api/samples/remove' || route === 'POST /api/samples/restore') {
      const { ids } = JSON.parse(body.toString()) as { ids: string[] };
      return sendJson(response, { changed: moveSamples(new Set(ids), route.endsWith('remove') ? Date.now() : null) });
    }
    const known = catalog.answer(method, url, body);
    if (known !== undefined) return sendJson(response, known);
    if (url.pathname.startsWith('/api/samples/')) {
      const position = positions.get(id);
      const sample = position === undefined ? undefined : samples[position];
      if (position === undefined || !sample) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: id });
      return sendPicture(position, part === 'picture' ? 2 * thumbnailPx : thumbnailPx, response);
    }
    const explored = await answerExplore(url, samples, explore);
    if (explored !== undefined) return sendJson(response, explored);
    if (route === 'GET /api/models') return sendJson(response, { items: hasModel ? [describeModel()] : [] });
    const asked = answerModelQuestion(url, samples);
    if (asked !== undefined) return sendJson(response, asked);
    if (url.pathname.startsWith('/api/models/')) return answerModel(url.pathname.split('/').slice(4), body, response);
    const labels = answerLabel(route, url, { samples, labeling: { stage: labeling } });
    if (labels !== undefined) return sendJson(response, labels);
    if (route === 'POST /predict') return answerPrediction(body, response, url.searchParams.get('explain'));
    if (sendTrainAnswer(response, await train.answer(method, url, body))) return;
    if (route === 'GET /api/backups') return sendJson(response, buildBackups());
    const ofPeople = people.answer(route, url, body);
    if (ofPeople !== undefined) return sendJson(response, ofPeople);
    throw new TintypeError('ROUTE_NOT_FOUND', { method, path: url.pathname });
  }

  function answerSession(route: string, body: Buffer): SessionView {
    if (route === 'POST /api/logout') fixture.session = { ...signedIn, identity: null };
    if (route === 'POST /api/login' || route === 'POST /api/join') {
      const { password, invitation } = JSON.parse(body.toString()) as { password: string; invitation?: string };
      if (invitation !== undefined && invitation !== fixtureInvitation)
        throw new TintypeError('INVITATION_INVALID', {});
      if (password !== fixturePassword) throw new TintypeError('LOGIN_REFUSED', {});
      fixture.session = signedIn;
    }
    return fixture.session;
  }

  function answerModel([kind, name]: string[], body: Buffer, response: ServerResponse): void {
    if (kind === 'history') return sendJson(response, { items: history.toReversed() });
    if (kind === 'aliases') {
      const { version, expected } = JSON.parse(body.toString()) as { version: number; expected: number | null };
      const found = champion();
      if (expected !== found)
        throw new TintypeError('ALIAS_CONFLICT', {
          alias: 'champion',
          expected: String(expected),
          found: String(found),
        });
      const entry = { model: 'recyclables', alias: 'champion', version, previous: found, by: 'local', at: Date.now() };
      history.push(entry);
      return sendJson(response, entry);
    }
    const version = describeModel().versions.find((entry) => String(entry.version) === name);
    if (!version)
      throw new TintypeError('VERSION_NOT_FOUND', {
        model: 'recyclables',
        version: name ?? '',
        known: ['1', '2', '3'],
      });
    return sendJson(response, { version, evaluations: [buildEvaluation(version.version)] });
  }

  async function answerPrediction(body: Buffer, response: ServerResponse, explain: string | null): Promise<void> {
    const fileName = /filename="([^"]*)"/.exec(body.toString('latin1'))?.[1] ?? '';
    if (!hasModel) throw new TintypeError('MODEL_NOT_SERVED', {});
    predictions += 1;
    fixture.mostPredictions = Math.max(fixture.mostPredictions, predictions);
    await new Promise((resolve) => setTimeout(resolve, 20));
    predictions -= 1;
    if (fileName.includes('cut')) throw new TintypeError('IMAGE_TRUNCATED', {});
    if (fileName.includes('notes')) throw new TintypeError('IMAGE_UNRECOGNIZED', {});
    const base = { model: 'recyclables', version: champion() ?? 1, request_id: 'req_fixture' };
    if (fileName.includes('crowd')) {
      const error = 'Several things lie in this picture. Please send one at a time.';
      return sendJson(response, {
        ...base,
        prediction: null,
        confidence: 0,
        error,
        reason: 'SEVERAL_OBJECTS',
      } satisfies Prediction);
    }
    const winner = Math.max(
      0,
      fixtureClasses.findIndex((name) => fileName.startsWith(name)),
    );
    const weights = fixtureClasses.map((_, index) =>
      index === winner ? 12 : 1 + ((index * 5 + fileName.length) % 4) / 2,
    );
    const total = weights.reduce((a, b) => a + b, 0);
    const probabilities = Object.fromEntries(
      fixtureClasses.map((name, index) => [name, (weights[index] ?? 0) / total]),
    );
    const prediction = fixtureClasses[winner] as string;
    sendJson(response, {
      ...base,
      prediction,
      confidence: probabilities[prediction] ?? 0,
      probabilities,
      error: null,
      ...explainAnswer(explain, prediction, samples),
    } satisfies Prediction);
  }

  async function sendPicture(position: number, sizePx: number, response: ServerResponse): Promise<void> {
    const picture = await drawPicture({ ...drawingOf(position), sizePx });
    response
      .writeHead(200, { 'content-type': 'image/jpeg', 'cache-control': 'public, max-age=31536000, immutable' })
      .end(picture);
  }

  function describeHealth(): unknown {
    const version = champion();
    return version === null
      ? {
          status: 'starting',
          model_loaded: false,
          processor_loaded: true,
          detector_loaded: false,
          model: null,
          version: null,
        }
      : {
          status: 'healthy',
          model_loaded: true,
          processor_loaded: true,
          detector_loaded: false,
          model: 'recyclables',
          version,
        };
  }

  function describeWorkspace(): unknown {
    const version = champion();
    const names = [...new Set(samples.map((sample) => sample.dataset))];
    const datasets = names.map((name) => {
      const all = samples.filter((sample) => sample.dataset === name);
      const kept = all.filter((sample) => sample.removedAt === null);
      return {
        name,
        samples: kept.length,
        removed: all.length - kept.length,
        unlabeled: kept.filter((sample) => sample.className === null).length,
        sizeBytes: kept.reduce((total, sample) => total + sample.sizeBytes, 0),
        classes: fixtureClasses.map((className) => ({
          name: className,
          samples: kept.filter((sample) => sample.className === className).length,
        })),
        issues: {},
      };
    });
    return {
      name: 'sorting-line',
      version: '0.1.0',
      datasets,
      serving: version === null ? null : { model: 'recyclables', version },
      keeps: 'nothing',
    };
  }

  function moveSamples(ids: ReadonlySet<string>, removedAt: number | null): number {
    let changed = 0;
    for (const sample of samples) {
      if (!ids.has(sample.id) || (sample.removedAt === null) === (removedAt === null)) continue;
      sample.removedAt = removedAt;
      changed += 1;
    }
    return changed;
  }

  function describeModel() {
    const live = champion();
    const versions = [3, 2, 1].map((version) => ({
      ...buildVersion(version),
      aliases: version === live ? ['champion'] : [],
    }));
    return { name: 'recyclables', createdAt: versions[2]?.createdAt ?? 0, versions };
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function sendJson(response: ServerResponse, value: unknown, status = 200, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(JSON.stringify(value));
}

function sendPage(path: string, response: ServerResponse): void {
  const name = extname(path) === '' ? 'index.html' : path.slice(1);
  const bytes = readFileSync(join(distFolder, name));
  response
    .writeHead(200, {
      'content-type': mediaTypes[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': csp,
    })
    .end(bytes);
}
