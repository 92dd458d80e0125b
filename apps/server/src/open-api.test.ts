/** @file The API's document: complete, consistent, and readable on the page that shows it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from './testing/a-server.ts';
import { ask } from './testing/ask.ts';

interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  security?: object[];
  tags: string[];
  parameters?: { in: string; name: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: { properties?: object } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  info: object;
  tags: { name: string }[];
  components: { securitySchemes: object };
  paths: Record<string, Record<string, Operation>>;
}

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await aServer();
  document = (await ask(server.address, '/openapi.json')).json() as unknown as Document;
});
afterAll(() => server.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** Routes that are files or pages: not part of the API. */
const isApi = (url: string): boolean => !url.startsWith('/docs') && !['/', '/*', '/openapi.json'].includes(url);

test('every route of the API is in the document, and nothing else is', () => {
  const routes = server.routes
    .flatMap((route) => [route.method].flat().map((method) => ({ method, url: route.url })))
    .filter(({ method, url }) => method !== 'HEAD' && isApi(url))
    .map(({ method, url }) => `${method.toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`);

  expect(
    operations()
      .map(({ path, method }) => `${method} ${path}`)
      .toSorted(),
  ).toEqual(routes.toSorted());
});

test('every operation has a name of its own, a summary, a known tag, its parameters, a result and the problem', () => {
  const known = document.tags.map((tag) => tag.name);
  const names = operations().map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);

  const incomplete = operations().filter(({ path, operation }) => {
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    const problem = operation.responses.default?.content?.['application/problem+json']?.schema as { type?: string };
    return !(
      /^[A-Z]/.test(operation.summary) &&
      known.includes(operation.tags[0] ?? '') &&
      inPath.join() === [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).join() &&
      Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)) &&
      Object.values(operation.responses).every((response) => response.description) &&
      problem.type === 'object'
    );
  });
  expect(incomplete).toEqual([]);
});

test('every operation says what right it needs, or that it needs none', () => {
  const needs = Object.fromEntries(
    operations().map(({ operation }) => [
      operation.operationId,
      operation.security ? 'nothing' : operation.description,
    ]),
  );

  expect(document.components.securitySchemes).toMatchObject({ token: { scheme: 'bearer' }, session: { in: 'cookie' } });
  expect(needs).toMatchObject({
    getHealth: 'nothing',
    logIn: 'nothing',
    predict: 'Needs the right "predict".',
    moveAlias: 'Needs the right "train".',
    createToken: 'Needs the right "admin".',
  });
  expect(Object.values(needs).filter((text) => !text)).toEqual([]);
});

test('the document is OpenAPI 3.1 and every reference in it leads somewhere', () => {
  expect(document.openapi).toBe('3.1.0');
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] as string);
  const find = (reference: string): unknown =>
    reference.split('/').reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document);
  expect(references.filter((reference) => find(reference) === undefined)).toEqual([]);
});

test('the form of a prediction is declared with its file', () => {
  const body = document.paths['/predict']?.post?.requestBody;

  expect(Object.keys(body?.content ?? {})).toEqual(['multipart/form-data', 'image/*', 'application/json']);
  const named = body?.content['application/json']?.schema as { anyOf?: { properties: object }[] };
  expect(named.anyOf?.map(({ properties }) => Object.keys(properties).join())).toEqual([
    'url',
    'bucket,key',
    'Records',
  ]);
  expect(body?.content['multipart/form-data']?.schema.properties).toMatchObject({
    file: { type: 'string', format: 'binary' },
  });
});

test('the documentation page comes from this server alone', async () => {
  const page = await ask(server.address, '/docs');

  expect(page.status).toBe(200);
  const scripts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  expect(scripts.length).toBeGreaterThan(3);
  for (const script of scripts) {
    expect(script).not.toMatch(/^https?:|^\/\//);
    const path = new URL(script, `${server.address}/docs`).pathname;
    expect((await ask(server.address, path)).status).toBe(200);
  }
  expect(page.text).not.toMatch(/<script>(?!\s*<)/);
});
