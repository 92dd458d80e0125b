/** @file The pictures of docs/tutorial, taken while the whole way is gone on drawn pictures: node scripts/tutorial-pictures.mjs [DIR] */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { runnerImport } from 'vite';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, 'docs/tutorial');
const config = { configFile: false, resolve: { conditions: ['tintype-source'] }, logLevel: 'error' };
const load = async (path) => (await runnerImport(join(root, path), config)).module;
const { openBrowser } = await load('tests/browser.ts');
const { startServer, temporaryFolder, tintypeJson } = await load('tests/cli.ts');
const { goWholeWay } = await load('tests/whole-way.ts');
const { writeDataset } = await load('examples/recyclables/src/write-dataset.ts');

await mkdir(folder, { recursive: true });
// Node 20 has no `await using`.
const stack = [];
const use = (resource) => {
  stack.unshift(resource);
  return resource;
};
const scratch = use(await temporaryFolder());
const pictures = join(scratch.path, 'pictures');
const words = ['--workspace', join(scratch.path, 'recyclables')];
await writeDataset(pictures, { count: 150, seed: 5, sizePx: 256, layout: 'folders', dirt: false });
await tintypeJson(['init', join(scratch.path, 'recyclables')]);
await tintypeJson(['ingest', pictures, '--dataset', 'recyclables', '--labels', 'none', ...words]);
const server = use(await startServer('start', words));
const browser = use(await openBrowser());
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });

/** Waits until what moves has come to rest. */
async function look(name) {
  process.stderr.write(`${name}\n`);
  await page.waitForTimeout(1200);
  const png = await page.screenshot();
  await sharp(png)
    .webp({ quality: 65 })
    .toFile(join(folder, `${name}.webp`));
}

try {
  const { items } = await (await fetch(`${server.address}/api/samples?limit=1000`)).json();
  const truthOf = new Map(items.map(({ id, path }) => [id, path.split('/')[0]]));
  const [first] = (await readdir(pictures)).sort();
  const [file] = (await readdir(join(pictures, first))).sort();

  await page.goto(`${server.address}/pictures`);
  await page.getByText(`${items.length} pictures`).waitFor();
  await look('pictures');
  const end = await goWholeWay({
    address: server.address,
    page,
    truthOf,
    labels: 60,
    slips: [20, 33, 41, 52],
    file: join(pictures, first, file),
    look,
  });
  process.stderr.write(`${JSON.stringify(end)}\n`);
  await page.goto(`${server.address}/explore`);
  await page.getByRole('button', { name: 'Explore recyclables' }).click();
  await page.getByText('What to look at').waitFor();
  await look('explore');
  await page.goto(`${server.address}/explore/map`);
  await page.getByRole('heading', { name: 'Regions' }).waitFor();
  await page.waitForTimeout(3000);
  await look('map');
} finally {
  for (const resource of stack) await resource[Symbol.asyncDispose]();
}
