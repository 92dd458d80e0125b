/** @file Every route, asked by everybody, in every way to write its address: nobody gets in who may not. Made from the live list of routes. */
import { request as httpRequest } from 'node:http';
import type { RoutePolicy } from '@tintype/contracts/access';
import { afterAll, expect, test, vi } from 'vitest';
import { isSafeMethod } from './hosts.ts';
import { aServer } from './testing/a-server.ts';
import { type Asker, everybodyKnown, everybodyUnknown } from './testing/who-asks.ts';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
interface Target {
  method: Method;
  path: string;
  policy: RoutePolicy;
  bodyType: string | undefined;
}
interface Question {
  asker: Asker;
  target: Target;
  /** By default those of the target. */
  path?: string;
  method?: Method;
}
interface Cell extends Required<Question> {
  status: number;
}

const methods: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const examples: Record<string, string> = {
  id: 'tok_00000000000000000000',
  model: 'pets',
  version: '1',
  alias: 'champion',
  file: 'model.onnx',
  name: 'nobody',
  '*': 'index.html',
};

/** The same address, as it might be written to slip past whoever guards it. Dots are left to sockets: a URL parser takes them away. */
const spellings: Record<string, (path: string) => string> = {
  'two slashes in front': (path) => `/${path}`,
  'two slashes within': (path) => path.replace(/(?!^)\//, '//'),
  'a slash behind': (path) => `${path}/`,
  'two slashes behind': (path) => `${path}//`,
  'a parameter behind': (path) => `${path};x=1`,
  'a parameter within': (path) => path.replace(/^(\/[^/]+)/, '$1;x'),
  'a parameter that goes up': (path) => `/health/..;${path}`,
  'an encoded slash': (path) => path.replace(/(?!^)\//, '%2F'),
  'an encoded slash in front': (path) => `/%2f${path.slice(1)}`,
  'an encoded letter': (path) =>
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`),
  'a letter encoded twice': (path) => path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  'capital letters': (path) => path.toUpperCase(),
  'one capital letter': (path) => path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  'an encoded end': (path) => `${path}%00`,
  'an encoded space': (path) => `${path}%20`,
  'a line break': (path) => `${path}%0d%0a`,
  'an encoded question mark': (path) => `${path}%3f`,
  'an encoded fragment': (path) => `${path}%23`,
  'a query': (path) => `${path}?x=1`,
  'a query with a path': (path) => `${path}?/health`,
  'a backslash': (path) => path.replace(/(?!^)\//, '%5C'),
  'an extension': (path) => `${path}.json`,
  'another version of the letter': (path) => path.replace('i', '%C4%B1'),
};
const dotted: Record<string, (path: string) => string> = {
  'down and up': (path) => `/health/..${path}`,
  'down and up, encoded': (path) => `/health/%2e%2e${path}`,
  'up and down': (path) => `/..${path}`,
  'here, encoded': (path) => `/%2e${path}`,
  'here within': (path) => path.replace(/(?!^)\//, '/./'),
  'here behind': (path) => `${path}/.`,
  'a whole address': (path) => `http://127.0.0.1${path}`,
  'a whole address elsewhere': (path) => `http://evil.example${path}`,
  'up through files': (path) => `/assets/..%2f..${path}`,
};

vi.setConfig({ testTimeout: 120_000 });

// Opened while the tests are collected, so that their names can say how many cells there are.
const server = await aServer({
  configure(config) {
    config.access.required = true;
    config.serve.origins = ['https://listed.example'];
    config.serve.rate = { perMinute: 1_000_000, burst: 1_000_000 };
  },
});
afterAll(() => server.close());
const known = await everybodyKnown(server.access);
const unknown = await everybodyUnknown(server.access);
const [nobody, ...pretenders] = unknown as [Asker, ...Asker[]];
const targets = listTargets();

function listTargets(): Target[] {
  const all = server.routes.flatMap((route) =>
    [route.method].flat().map((method) => ({
      method: method as Method,
      path: route.url.replace(/:(\w+)|(\*)$/g, (_all, name: string | undefined) => examples[name ?? '*'] ?? 'x'),
      policy: route.config?.policy as RoutePolicy,
      bodyType: [route.config?.bodyType].flat()[0],
    })),
  );
  return [...new Map(all.map((target) => [`${target.method} ${target.path}`, target])).values()];
}

/** Bodies that no route takes, so that nothing is changed; the content type is right. */
const bodies: Record<string, { type: string; payload: string }> = {
  'application/json': { type: 'application/json', payload: '[]' },
  'multipart/form-data': { type: 'multipart/form-data; boundary=x', payload: '--x--\r\n' },
  'image/*': { type: 'image/png', payload: 'x' },
};

async function ask({ asker, target, path = target.path, method = target.method }: Question): Promise<Cell> {
  const body = target.bodyType === undefined || isSafeMethod(method) ? undefined : bodies[target.bodyType];
  const headers = { ...(body ? { 'content-type': body.type } : {}), ...asker.headers };
  const reply = await server.app.inject({ method, url: path, headers, ...(body ? { payload: body.payload } : {}) });
  return { asker, target, path, method, status: reply.statusCode };
}

async function askAll(questions: readonly Question[]): Promise<Cell[]> {
  const cells = [];
  for (const question of questions) cells.push(await ask(question));
  return cells;
}

const may = ({ scopes }: Asker, { policy }: Target): boolean =>
  policy === 'public' || (scopes?.includes(policy) ?? false);
const show = ({ asker, method, path, status }: Cell): string => `${asker.name}: ${method} ${path} answers ${status}`;
const closed = targets.filter(({ policy }) => policy !== 'public');

const plain: Question[] = [
  // Signing out would end the sessions that the others need.
  ...[...known, nobody].flatMap((asker) =>
    targets.filter(({ path }) => path !== '/api/logout').map((target) => ({ asker, target })),
  ),
  ...pretenders.flatMap((asker) => closed.map((target) => ({ asker, target }))),
];
test(`everybody at every route: 401 for whom nobody knows, 403 for whom it is not (${plain.length} cells)`, async () => {
  const cells = await askAll(plain);

  const wrong = cells.filter(({ asker, target, status }) =>
    may(asker, target) ? [401, 403].includes(status) : status !== (asker.scopes ? 403 : 401),
  );
  expect(wrong.map(show)).toEqual([]);
});

const otherwise: Question[] = [nobody, known[0] as Asker].flatMap((asker) =>
  targets.flatMap((target) => methods.map((method) => ({ asker, target, method }))),
);
test(`every method at every route: none answers but those that are declared (${otherwise.length} cells)`, async () => {
  const answers = new Map(targets.map((target) => [`${target.method} ${target.path}`, target]));

  const cells = await askAll(otherwise);

  const wrong = cells.filter(({ asker, target, method, path, status }) => {
    const declared = answers.get(`${method} ${path}`) ?? (isSafeMethod(method) ? target : undefined);
    return status < 400 && !(declared && may(asker, declared));
  });
  expect(wrong.map(show)).toEqual([]);
});

const narrow = known.find(({ name }) => name === 'token for predict only') as Asker;
const misspelled: Question[] = [nobody, narrow].flatMap((asker) =>
  closed
    .filter((target) => !may(asker, target))
    .flatMap((target) => Object.values(spellings).map((spell) => ({ asker, target, path: spell(target.path) }))),
);
test(`every way to write every address: none lets in whom the plain one does not (${misspelled.length} cells)`, async () => {
  const cells = await askAll(misspelled);

  expect(cells.filter(({ status }) => status < 400).map(show)).toEqual([]);
});

const withDots: Required<Question>[] = [nobody, narrow].flatMap((asker) =>
  closed
    .filter((target) => !may(asker, target))
    .flatMap((target) =>
      Object.values(dotted).map((spell) => ({ asker, target, path: spell(target.path), method: target.method })),
    ),
);
test(`every way to write every address with dots, over a connection (${withDots.length} cells)`, async () => {
  const cells: Cell[] = [];
  for (const question of withDots) {
    const { method, path, asker } = question;
    cells.push({ ...question, status: await askRaw(server.address, { method, path, headers: asker.headers }) });
  }

  expect(cells.filter(({ status }) => status < 400).map(show)).toEqual([]);
});

test('a page that is asked for by a browser is the page and nothing else, however its address is written', async () => {
  const headers = { ...nobody.headers, accept: 'text/html' };
  const pages = new Set<string>();
  for (const target of closed.filter(({ method }) => method === 'GET')) {
    for (const spell of Object.values(spellings)) {
      const reply = await server.app.inject({ method: 'GET', url: spell(target.path), headers });
      if (reply.statusCode < 400) pages.add(reply.body);
    }
  }

  expect([...pages]).toEqual([expect.stringContaining('The page is not built yet')]);
});

test('there are more than 3,000 cells, and every route is among them', () => {
  const all = plain.length + otherwise.length + misspelled.length + withDots.length;

  expect(all).toBeGreaterThan(3000);
  expect(closed.length).toBeGreaterThan(30);
});

/** The path goes as it is: nothing takes its dots away. */
function askRaw(
  address: string,
  { method, path, headers }: { method: string; path: string; headers: Record<string, string> },
): Promise<number> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end();
  });
}
