/**
 * @file The map: 10,000 embeddings of 1,280 features laid out by UMAP, and a map of 100,000 points panned in a browser.
 *
 * `umap.mjs [--pictures 10000] [--points 100000] [--seconds 5]`. Features are made up: ten classes around middles of their own. The time is that of an exploration
 * that has the features: handing them to a child, main directions, neighbors and the map. The page is the built one over a server in memory; the browser draws in
 * software where there is no graphics card.
 */
import { join } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { createNormal, createRandom } from '@tintype/autograd/random';
import { openPictureMap } from '@tintype/core/explore/picture-map';
import { memoryStore } from '@tintype/core/model/testing';
import { runnerImport } from 'vite';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const [pictures, features, classCount] = [Number(options.pictures ?? 10_000), 1280, 10];
const points = Number(options.points ?? 100_000);
const seconds = Number(options.seconds ?? 5);
const bars = { umapSeconds: 20, framesPerSecond: 30 };

const umap = await layOut();
console.error(
  `map of ${pictures} x ${features}: ${umap.seconds.toFixed(1)} s (first picture by PCA after ${umap.pcaSeconds.toFixed(1)} s)`,
);
const drawn = await panMap();
console.error(
  `${points} points: ${drawn.framesPerSecond} frames/s while panning, ${drawn.loadedMs} ms to the first picture`,
);

const met = umap.seconds <= bars.umapSeconds && drawn.framesPerSecond >= bars.framesPerSecond;
console.log(JSON.stringify({ pictures, features, ...umap, points, ...drawn, bars, met }));

async function layOut() {
  const normal = createNormal(createRandom('map'));
  const middles = Float32Array.from({ length: classCount * features }, () => 0.4 * normal());
  const noise = Float32Array.from({ length: 1 << 20 }, normal);
  const rows = Float32Array.from({ length: pictures * features }, (_, at) => {
    const n = Math.floor(at / features);
    const middle = middles[(n % classCount) * features + (at % features)];
    return Math.max(0, middle + noise[(at * 7 + n * 13) & ((1 << 20) - 1)]);
  });
  const contentHashes = Array.from({ length: pictures }, (_, n) => n.toString(16).padStart(64, '0'));
  const engine = await openTaskPool({
    tasks: import.meta.resolve('@tintype/core/explore/explore-tasks'),
    size: 1,
    memoryMb: 4096,
  });
  try {
    return await timeMap(engine, { contentHashes, rows });
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}

async function timeMap(engine, { contentHashes, rows }) {
  const startedAt = performance.now();
  const map = await openPictureMap(
    { store: memoryStore(), engine },
    { featuresKey: 'made-up', contentHashes, rows, positions: [...contentHashes.keys()], dimensions: features },
  );
  await map.project();
  const pcaSeconds = (performance.now() - startedAt) / 1000;
  const laidOut = await map.umap();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, pcaSeconds, purity: nearestShare(laidOut) };
}

/** Share of 500 points whose nearest other is of their class: a map that mixes everything is no map. */
function nearestShare(map) {
  let right = 0;
  for (let n = 0; n < 500; n += 1) {
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let m = 0; m < pictures; m += 1) {
      const distance = (map[2 * m] - map[2 * n]) ** 2 + (map[2 * m + 1] - map[2 * n + 1]) ** 2;
      if (m !== n && distance < least) [best, least] = [m, distance];
    }
    if (best % classCount === n % classCount) right += 1;
  }
  return right / 500;
}

async function panMap() {
  const config = { configFile: false, resolve: { conditions: ['tintype-source'] }, logLevel: 'error' };
  const load = async (path) => (await runnerImport(join(import.meta.dirname, '..', path), config)).module;
  const { openBrowser } = await load('tests/browser.ts');
  const { openWebFixture } = await load('tests/web-fixture.ts');
  const fixture = await openWebFixture({ samples: Math.ceil((points * 10) / 9) });
  const browser = await openBrowser();
  try {
    return await timePan(await browser.newPage({ viewport: { width: 1440, height: 900 } }), fixture.url);
  } finally {
    await browser[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  }
}

async function timePan(page, url) {
  const startedAt = performance.now();
  await page.goto(`${url}/explore/map?dataset=recyclables`);
  const canvas = page.locator('canvas');
  await canvas.waitFor({ timeout: 60_000 });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const loadedMs = Math.round(performance.now() - startedAt);

  const box = await canvas.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.evaluate(
    `globalThis.frames = []; (function count(at) { frames.push(at); requestAnimationFrame(count); })(performance.now())`,
  );
  const end = performance.now() + 1000 * seconds;
  for (let n = 0; performance.now() < end; n += 1)
    await page.mouse.move(x + 160 * Math.sin(n / 9), y + 90 * Math.cos(n / 11));
  await page.mouse.up();
  const frames = await page.evaluate('globalThis.frames');
  const gaps = frames
    .slice(1)
    .map((at, n) => at - frames[n])
    .sort((a, b) => a - b);
  return {
    loadedMs,
    framesPerSecond: Math.round((1000 * (frames.length - 1)) / (frames.at(-1) - frames[0])),
    frameMsP95: Math.round(gaps[Math.floor(0.95 * gaps.length)]),
  };
}
