/** @file The numbers that Prometheus reads: what they count, what can never be a label, and who may read them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson, askPrediction } from '../testing/ask.ts';
import { createMetrics, type Metrics } from './create-metrics.ts';
import { type MetricsListener, serveMetrics } from './serve-metrics.ts';

const noNumbers = { queued: 3, running: 1, cacheHits: 7, dedupeHits: 2, cachedAnswers: 5, openModels: 1 };
const openMetrics = (): Metrics =>
  createMetrics({
    children: () => ({ size: 2, ready: 1, restarts: 4 }),
    service: () => noNumbers,
    predictionLog: () => ({ kept: 6, dropped: 1 }),
  });

let server: TestServer;
let listener: MetricsListener;
beforeAll(async () => {
  const metrics = openMetrics();
  listener = await serveMetrics(metrics, { port: 0 });
  server = await aServer({ metrics });
  await aPublishedVersion(server.workspace);
  await server.service.refresh();
});
afterAll(async () => {
  await server.close();
  await listener[Symbol.asyncDispose]();
});

const scrape = async (): Promise<string> => (await ask(listener.address, '/metrics')).text;

test('requests are counted by route and status, answers by model, version and outcome', async () => {
  await askPrediction(server.address, Uint8Array.of(1));
  await askPrediction(server.address, Uint8Array.of(2));
  await askPrediction(server.address, new Uint8Array(2 ** 21));
  await ask(server.address, '/health');

  const text = await scrape();
  expect(text).toContain('tintype_http_requests_total{route="POST /predict",status="200"} 2');
  expect(text).toContain('tintype_http_requests_total{route="POST /predict",status="413"} 1');
  expect(text).toContain('tintype_http_problems_total{code="IMAGE_TOO_LARGE"} 1');
  expect(text).toContain('tintype_http_request_duration_seconds_count{route="GET /health"} 1');
  expect(text).toContain('tintype_predictions_total{model="pets",version="1",outcome="answered"} 2');
});

test('what others count is read when it is asked for, and not added up', async () => {
  await scrape();
  const text = await scrape();

  for (const line of [
    'tintype_children 2',
    'tintype_children_ready 1',
    'tintype_child_restarts_total 4',
    'tintype_pictures_queued 3',
    'tintype_pictures_running 1',
    'tintype_answer_cache_hits_total 7',
    'tintype_answers_shared_total 2',
    'tintype_prediction_log_dropped_total 1',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/^tintype_event_loop_delay_seconds\{quantile="0.999"\} \d/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m);
});

test('no text that a client sends is ever a label', async () => {
  const canary = 'c4n4ry';
  await ask(server.address, `/${canary}`);
  await ask(server.address, `/api/models/${canary}/versions/${canary}?${canary}=${canary}`);
  await ask(server.address, '/health', { headers: { 'x-request-id': canary, 'user-agent': canary } });
  await ask(server.address, '/predict', { method: 'POST', headers: { 'content-type': canary }, body: canary });
  await askPrediction(server.address, Buffer.from(canary), { name: canary, field: canary });
  await askJson(server.address, '/get-prediction', { bucket: canary, filename: canary });
  await ask(server.address, '/predict', { method: canary.toUpperCase() }).catch(() => undefined);

  const text = await scrape();
  expect(text.toLowerCase()).not.toContain(canary);
  expect(text).toContain('tintype_http_requests_total{route="none",status="404"} 1');
});

test('a version too many shares its series with those that follow', async () => {
  const metrics = openMetrics();
  for (let version = 1; version <= 150; version += 1)
    metrics.countAnswer({ prediction: 'cat', confidence: 1, error: null, model: 'pets', version, request_id: 'r' });

  const series = [...(await metrics.render()).matchAll(/^tintype_predictions_total\{.*$/gm)].map(([line]) => line);
  metrics.close();

  expect(series).toHaveLength(101);
  expect(series.at(-1)).toBe('tintype_predictions_total{model="other",version="0",outcome="answered"} 50');
});

test('refusals are counted by their reason', async () => {
  const metrics = openMetrics();
  const refusal = { prediction: null, confidence: 0, error: 'Nobody.', model: 'pets', version: 1, request_id: 'r' };
  metrics.countAnswer({ ...refusal, reason: 'NO_PERSON' });

  const text = await metrics.render();
  metrics.close();

  expect(text).toContain('tintype_refusals_total{reason="NO_PERSON"} 1');
  expect(text).toContain('outcome="refused"} 1');
});

test.each([
  ['/', {}, 404],
  ['/metrics/', {}, 404],
  ['/metrics', { method: 'POST' }, 404],
  ['/metrics', { headers: { host: 'evil.test' } }, 403],
  ['/metrics?x=1', {}, 200],
])('%s with %j is answered with %i', async (path, question, status) => {
  expect((await ask(listener.address, path, question)).status).toBe(status);
});

test('the metrics are on a listener of their own: the API has none', async () => {
  expect((await ask(server.address, '/metrics')).status).toBe(404);
  expect(new URL(listener.address).hostname).toBe('127.0.0.1');
});

test('a port that is taken is said', async () => {
  const metrics = openMetrics();

  const second = serveMetrics(metrics, { port: Number(new URL(listener.address).port) });

  await expect(second).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  metrics.close();
});
