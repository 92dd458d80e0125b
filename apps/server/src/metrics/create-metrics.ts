/** @file Numbers of a server for Prometheus. No label is a text that a client sent: routes, codes, reasons and models are closed lists. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Prediction } from '@tintype/contracts/serve';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What others count; read at each scrape. */
export interface CountedElsewhere {
  children: () => { size: number; ready: number; restarts: number };
  service: () => {
    queued: number;
    running: number;
    cacheHits: number;
    dedupeHits: number;
    cachedAnswers: number;
    openModels: number;
  };
  predictionLog: () => { kept: number; dropped: number };
}

export interface Metrics {
  countRequest(request: { route: string; status: number; durationMs: number; code: string | undefined }): void;
  countAnswer(prediction: Prediction): void;
  /** Prometheus' text format. */
  render(): Promise<string>;
  readonly contentType: string;
  close(): void;
}

/** Versions that have a series of their own; those that come later share one. */
const mostVersions = 100;
const nanosecondsPerSecond = 1e9;
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const quantiles = { '0.5': 50, '0.99': 99, '0.999': 99.9 } as const;
/** How often the loop is looked at; what is measured is the time between two looks. */
const loopResolutionMs = 10;

export function createMetrics(elsewhere: CountedElsewhere): Metrics {
  const register = new Registry();
  const registers = [register];
  const requests = new Counter({
    name: 'tintype_http_requests_total',
    help: 'Requests by route and status; 499 is a client that left.',
    labelNames: ['route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'tintype_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['route'],
    buckets: secondsBuckets,
    registers,
  });
  const problems = new Counter({
    name: 'tintype_http_problems_total',
    help: 'Requests that were answered with a problem, by its code.',
    labelNames: ['code'],
    registers,
  });
  const predictions = new Counter({
    name: 'tintype_predictions_total',
    help: 'Pictures that were answered or refused, by model and version.',
    labelNames: ['model', 'version', 'outcome'],
    registers,
  });
  const refusals = new Counter({
    name: 'tintype_refusals_total',
    help: 'Pictures that a gate refused, by its reason.',
    labelNames: ['reason'],
    registers,
  });
  const loop = addProcessGauges(registers);
  addReadings(registers, elsewhere);

  const versions = new Set<string>();
  return {
    countRequest({ route, status, durationMs, code }) {
      requests.inc({ route, status });
      durations.observe({ route }, durationMs / 1000);
      if (code !== undefined) problems.inc({ code });
    },
    countAnswer({ model, version, prediction, reason }) {
      const key = `${model}@${version}`;
      if (versions.size < mostVersions) versions.add(key);
      const named = versions.has(key) ? { model, version } : { model: 'other', version: 0 };
      predictions.inc({ ...named, outcome: prediction === null ? 'refused' : 'answered' });
      if (reason !== undefined) refusals.inc({ reason });
    },
    render: () => register.metrics(),
    contentType: register.contentType,
    close: () => loop.disable(),
  };
}

/** Values that others hold: asked for when they are wanted. */
function addReadings(registers: Registry[], { children, service, predictionLog }: CountedElsewhere): void {
  const readings: readonly [name: string, help: string, read: () => number][] = [
    ['tintype_children', 'Inference processes there should be.', () => children().size],
    ['tintype_children_ready', 'Inference processes that take work now.', () => children().ready],
    ['tintype_child_restarts_total', 'Inference processes that were replaced.', () => children().restarts],
    ['tintype_pictures_queued', 'Pictures that wait for a process.', () => service().queued],
    ['tintype_pictures_running', 'Pictures that are worked on.', () => service().running],
    ['tintype_answer_cache_hits_total', 'Answers that were known already.', () => service().cacheHits],
    ['tintype_answers_shared_total', 'Answers of pictures that were under way already.', () => service().dedupeHits],
    ['tintype_answer_cache_entries', 'Answers that are kept.', () => service().cachedAnswers],
    ['tintype_models_open', 'Models that are loaded.', () => service().openModels],
    ['tintype_prediction_log_kept_total', 'Answers kept for review.', () => predictionLog().kept],
    ['tintype_prediction_log_dropped_total', 'Answers not kept for want of room.', () => predictionLog().dropped],
  ];
  for (const [name, help, read] of readings) {
    if (name.endsWith('_total')) addCounter(registers, { name, help, read });
    else addGauge(registers, { name, help, read });
  }
}

interface Reading {
  name: string;
  help: string;
  read: () => number;
}

function addGauge(registers: Registry[], { name, help, read }: Reading): void {
  const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) });
}

function addCounter(registers: Registry[], { name, help, read }: Reading): void {
  const collect = (): void => {
    counter.reset();
    counter.inc(read());
  };
  const counter: Counter = new Counter({ name, help, registers, collect });
}

function addProcessGauges(registers: Registry[]): { disable(): void } {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs });
  loop.enable();
  const delay: Gauge<'quantile'> = new Gauge({
    name: 'tintype_event_loop_delay_seconds',
    help: 'How late this process turned to what was due, since the last scrape; quantile 1 is the longest.',
    labelNames: ['quantile'],
    registers,
    collect() {
      const toSeconds = (ns: number): number => Math.max(0, ns / nanosecondsPerSecond - loopResolutionMs / 1000);
      for (const [quantile, percent] of Object.entries(quantiles))
        delay.set({ quantile }, toSeconds(loop.percentile(percent)));
      delay.set({ quantile: '1' }, toSeconds(loop.max));
      loop.reset();
    },
  });
  addGauge(registers, {
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process, without its children.',
    read: () => process.memoryUsage.rss(),
  });
  addCounter(registers, {
    name: 'process_cpu_seconds_total',
    help: 'Processor time of this process, without its children.',
    read: () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  });
  return loop;
}
