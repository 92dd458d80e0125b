/**
 * @file Labels given by key through a cut network, closed tabs and killed servers: how many of them are lost or doubled.
 *
 * `label-durable.mjs [--labels 1000] [--cut 120]`: labels in all, and seconds of the cut. A real server over small drawn pictures, Chromium with its IndexedDB. A label
 * counts from the moment at which its key was pressed; a tab is closed in the moment after a press. In the end every picture that got a key must have
 * exactly one label event of that class, and every other none.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load, serveUnlabeled, shownId } from './label-browser.mjs';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const [labels, cutS] = [Number(options.labels ?? 1000), Number(options.cut ?? 120)];
const classes = ['one', 'two', 'three', 'four', 'five'];
const { aPicture } = await load('tests/server-workspace.ts');
const { openBrowser } = await load('tests/browser.ts');

async function fill(folder) {
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < labels + 200; n += 1) {
    const color = [n % 256, (n * 7) % 256, Math.floor(n / 256) * 40];
    await writeFile(join(folder, `${n}.png`), aPicture({ widthPx: 32, heightPx: 24, color }));
  }
  return folder;
}

const server = await serveUnlabeled({ fill, classes });
const browser = await openBrowser();
/** Sample id -> class that its key gave. */
const given = new Map();
const phases = {};
let page = await browser.newPage();
const context = page.context();
context.setDefaultTimeout(60_000);

async function openScreen() {
  await page.goto(`${server.address}/label`);
  await page.locator('[data-shown]').waitFor();
}

async function closeTab() {
  const last = page;
  page = await context.newPage();
  return last.close();
}

/** Labels `count` pictures by their keys, as fast as the page takes them. */
async function label(count, phase) {
  for (let n = 0; n < count; n += 1) {
    const id = await shownId(page);
    if (id === undefined || given.has(id)) throw new Error(`no new picture to label (${phase}, ${n})`);
    const key = 1 + (given.size % classes.length);
    given.set(id, classes[key - 1]);
    await page.keyboard.press(String(key));
  }
  phases[phase] = (phases[phase] ?? 0) + count;
}

const saved = () => page.getByText('All saved').waitFor({ timeout: 60_000 });

try {
  const share = (part) => Math.round(labels * part);
  await openScreen();
  await label(share(0.2), 'online');

  await saved();
  await page.waitForTimeout(1500);
  await context.setOffline(true);
  const cutAt = performance.now();
  const inCut = Math.min(120, share(0.12));
  for (let n = 0; n < inCut; n += 1) {
    await label(1, 'network cut');
    await page.waitForTimeout((cutS * 1000) / inCut / 1.05);
  }
  await page.getByText(`${inCut} not saved yet`).waitFor();
  await page.waitForTimeout(Math.max(0, cutS * 1000 - (performance.now() - cutAt)));
  await context.setOffline(false);
  await saved();

  for (let round = 0; round < 4; round += 1) {
    await label(share(0.02), 'before the server is killed');
    await server.kill();
    await label(share(0.05), 'server killed');
    await server.startAgain();
    await saved();
  }

  // The tab is closed in the moment after a key, with answers on their way.
  for (let round = 0; round < 10; round += 1) {
    await label(share(0.02), 'tab closed while sending');
    await closeTab();
    await openScreen();
  }
  await saved();

  // And with nothing sent at all.
  await page.waitForTimeout(1500);
  await context.setOffline(true);
  await label(Math.min(100, share(0.1)), 'tab closed in a cut');
  await closeTab();
  await context.setOffline(false);
  await openScreen();
  await saved();
  await label(Math.max(0, labels - given.size), 'online');
  await saved();

  const { items } = await server.get('/api/samples?limit=1000');
  const rest = labels + 200 > 1000 ? await listRest() : [];
  let [lost, doubled, wrong] = [0, 0, 0];
  for (const { id } of [...items, ...rest]) {
    const { labels: events } = await server.get(`/api/samples/${id}`);
    const wanted = given.get(id);
    if (wanted === undefined ? events.length > 0 : events.some(({ className }) => className !== wanted)) wrong += 1;
    if (wanted !== undefined && events.length === 0) lost += 1;
    if (events.length > 1) doubled += 1;
  }
  const met = given.size >= labels && lost + doubled + wrong === 0;
  console.log(JSON.stringify({ labels: given.size, cutS, phases, lost, doubled, wrong, met }));
} finally {
  await browser[Symbol.asyncDispose]();
  await server.close();
}

async function listRest() {
  const all = [];
  let { nextCursor } = await server.get('/api/samples?limit=1000');
  while (nextCursor) {
    const more = await server.get(`/api/samples?limit=1000&cursor=${encodeURIComponent(nextCursor)}`);
    all.push(...more.items);
    ({ nextCursor } = more);
  }
  return all;
}
