/**
 * @file From a key press to the next picture painted, in Chromium over a real server: `label-keys.mjs [--keys 300] [--pictures 600]`.
 *
 * The pictures are those of ../shared/data/recyclables (512 pixels wide). Keys come 180 to 500 ms apart, about as fast as people label. A picture is painted when
 * Chromium's Element Timing says that the frame with the picture itself, not its thumbnail, was presented; the press is the time stamp of its event.
 * `stepMs` is the same over keys that come every 60 ms, faster than anybody looks.
 */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { load, serveUnlabeled, shownId } from './label-browser.mjs';
import { parseArguments, shared } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const [keys, pictures] = [Number(options.keys ?? 300), Number(options.pictures ?? 600)];
const barMs = 50;
const classes = ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'];

async function fill(folder) {
  for (const name of classes) {
    const source = join(shared, 'data/recyclables', name);
    const files = (await readdir(source)).slice(0, Math.ceil(pictures / classes.length));
    await mkdir(join(folder, name), { recursive: true });
    for (const file of files) await cp(join(source, file), join(folder, name, file));
  }
  return folder;
}

/** In the page: when keys were pressed and pictures painted. */
function watch() {
  globalThis.presses = [];
  globalThis.painted = new Map();
  new PerformanceObserver((list) => {
    for (const { url, renderTime, identifier } of list.getEntries())
      if (identifier === 'picture') globalThis.painted.set(/s_[0-9a-f]{20}/.exec(url)?.[0], renderTime);
  }).observe({ type: 'element', buffered: true });
  const name = (image) => image.setAttribute('elementtiming', 'picture');
  const isPicture = (node) => node instanceof HTMLImageElement && node.src.endsWith('/picture');
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element)
          for (const image of [node, ...node.querySelectorAll('img')]) if (isPicture(image)) name(image);
  }).observe(document, { childList: true, subtree: true });
  addEventListener('keydown', (event) => {
    setTimeout(() => {
      const url = document.querySelector('[data-shown] img')?.src ?? '';
      globalThis.presses.push({ at: event.timeStamp, next: /s_[0-9a-f]{20}/.exec(url)?.[0] });
    });
  });
}

const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const round = (value) => Math.round(value * 10) / 10;

const { openBrowser } = await load('tests/browser.ts');
const server = await serveUnlabeled({ fill, classes });
const browser = await openBrowser();

async function time(count, pauseMs) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  await page.addInitScript(watch);
  await page.goto(`${server.address}/label`);
  await page.locator('[data-shown]').waitFor();
  while (!(await shownId(page))) await page.waitForTimeout(50);
  await page.waitForTimeout(2000);
  for (let n = 0; n < count; n += 1) {
    await page.keyboard.press(String(1 + ((n * 7) % classes.length)));
    await page.waitForTimeout(pauseMs(n));
  }
  await page.getByText('All saved').waitFor();
  await page.waitForTimeout(500);
  const { presses, painted } = await page.evaluate(() => ({
    presses: globalThis.presses,
    painted: [...globalThis.painted],
  }));
  await page.context().close();
  const paintedAt = new Map(painted);
  const seen = presses.filter(({ next }) => next !== undefined);
  const times = seen.flatMap(({ at, next }) => (paintedAt.has(next) ? [paintedAt.get(next) - at] : []));
  return { presses: seen.length, painted: times.length, times };
}

try {
  const usual = await time(keys, (n) => 180 + ((n * 137) % 320));
  const quick = await time(Math.min(100, keys), () => 60);
  const figures = ({ presses, painted, times }) => ({
    presses,
    painted,
    p50Ms: round(quantile(times, 0.5)),
    p95Ms: round(quantile(times, 0.95)),
    maxMs: round(Math.max(...times)),
  });
  const result = { pictures, usual: figures(usual), quick: figures(quick), barMs };
  const isWhole = usual.painted >= 0.99 * usual.presses;
  console.log(JSON.stringify({ ...result, met: isWhole && result.usual.p95Ms <= barMs }));
} finally {
  await browser[Symbol.asyncDispose]();
  await server.close();
}
