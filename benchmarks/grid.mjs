/**
 * @file The Pictures screen at 100,000 pictures: what filters cost at the server, when the first pictures are painted, how the grid scrolls.
 *
 * `grid.mjs [--pictures 100000] [--filters 240] [--seconds 8]`. A real workspace, the built server and page, Chromium without a display or a GPU. The pictures are
 * 120 drawings over and over; labels, tags, splits, answers of a model and measures are made up. A filter answer is what the page asks for: 200 samples and how many
 * match, at the start or anywhere in the list, over HTTP. Frames are counted by the page while it scrolls a screen in a third of a second.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openBrowser } from './browser.mjs';
import { fillCatalog } from './grid/fill-catalog.mjs';
import { listQueries } from './grid/queries.mjs';
import { findFreePort, median, round } from './serve/processes.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '100000' },
    filters: { type: 'string', default: '240' },
    seconds: { type: 'string', default: '8' },
  },
});
const pictures = Number(values.pictures);
const bars = { firstPaintMs: 1000, framesPerSecond: 50, filterP95Ms: 150 };
const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

async function startServer(folder) {
  const port = await findFreePort();
  const tintype = resolve(import.meta.dirname, '../apps/cli/bin/tintype.js');
  const child = spawn(process.execPath, [tintype, 'serve', '--workspace', folder, '--port', `${port}`], {
    stdio: 'ignore',
  });
  const address = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`tintype serve ended with ${child.exitCode}`);
    const answer = await fetch(`${address}/health`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((wait) => setTimeout(wait, 50));
  }
  return {
    address,
    async end() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function timeFilters(address) {
  const times = [];
  const slowest = [];
  for (const query of listQueries({ pictures, count: Number(values.filters) })) {
    const startedAt = performance.now();
    const response = await fetch(`${address}/api/samples?${query}`);
    const { total } = await response.json();
    const ms = performance.now() - startedAt;
    if (!response.ok) throw new Error(`${query}: ${response.status}`);
    times.push(ms);
    slowest.push({ query, total, ms: round(ms, 1) });
  }
  const sorted = times.toSorted((a, b) => a - b);
  return {
    questions: times.length,
    p50Ms: round(median(times), 1),
    p95Ms: round(share(sorted, 0.95), 1),
    maxMs: round(sorted.at(-1), 1),
    slowest: slowest.toSorted((a, b) => b.ms - a.ms).slice(0, 5),
  };
}

/** Milliseconds from the address to the moment at which every picture in sight is decoded and a frame with them was drawn. */
const firstPaint = () =>
  new Promise((done) => {
    const look = () => {
      const inSight = [...document.querySelectorAll('[role=option] img')].filter(
        (image) => image.getBoundingClientRect().top < innerHeight,
      );
      const isPainted = inSight.length >= 12 && inSight.every((image) => image.complete && image.naturalWidth > 0);
      if (isPainted) requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
      else requestAnimationFrame(look);
    };
    look();
  });

/** Scrolls on for some seconds and tells the milliseconds of each frame. */
const scroll = async ({ seconds, startAt }) => {
  const element = document.querySelector('[role=listbox]');
  element.scrollTop = startAt * element.scrollHeight;
  await new Promise((wait) => setTimeout(wait, 500));
  const frames = [];
  const startedAt = performance.now();
  let before = startedAt;
  while (before - startedAt < 1000 * seconds) {
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    // Three screens a second, whatever the rate of frames.
    element.scrollTop += (3 * element.clientHeight * (now - before)) / 1000;
    before = now;
  }
  return frames.slice(1);
};

async function timePage(address) {
  const browser = await openBrowser();
  try {
    const paints = [];
    for (let run = 0; run < 5; run += 1) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`${address}/pictures`, { waitUntil: 'commit' });
      paints.push(await page.evaluate(firstPaint));
      await page.context().close();
    }
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${address}/pictures`);
    await page.evaluate(firstPaint);

    const endedAt = performance.now();
    await page.getByRole('listbox').press('End');
    await page.locator(`[role=option][aria-posinset="${pictures}"] img`).waitFor();
    const endMs = performance.now() - endedAt;

    const seconds = Number(values.seconds);
    const frames = await page.evaluate(scroll, { seconds, startAt: 0.3 });
    const sorted = frames.toSorted((a, b) => a - b);
    const spentMs = frames.reduce((sum, ms) => sum + ms, 0);
    return {
      firstPaintMs: Math.round(median(paints)),
      firstPaints: paints.map(Math.round),
      endKeyMs: Math.round(endMs),
      framesPerSecond: round((1000 * frames.length) / spentMs, 1),
      frameP95Ms: round(share(sorted, 0.95), 1),
      longestFrameMs: round(sorted.at(-1), 1),
    };
  } finally {
    await browser.close();
  }
}

const served = await makeServedWorkspace();
let server;
try {
  const fillMs = await fillCatalog(served.workspace, { pictures });
  console.error(`filled in ${Math.round(fillMs / 1000)} s`);
  server = await startServer(served.folder);
  const filters = await timeFilters(server.address);
  console.error(JSON.stringify(filters));
  const page = await timePage(server.address);
  const met =
    page.firstPaintMs <= bars.firstPaintMs &&
    page.framesPerSecond >= bars.framesPerSecond &&
    filters.p95Ms <= bars.filterP95Ms;
  console.log(JSON.stringify({ pictures, fillS: round(fillMs / 1000, 1), filters, page, bars, met }));
} finally {
  await server?.end();
  await served.remove();
}
