/** @file The least that can be done for features in Node: sharp, a loop over pixels, `session.run`; one process of a benchmark. */
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import sharp from 'sharp';

const [list, model, threads, part, parts] = process.argv.slice(2);
const paths = readFileSync(list, 'utf8')
  .split('\n')
  .filter((path, n) => path !== '' && n % Number(parts) === Number(part));
sharp.concurrency(1);
const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});

async function decode(path) {
  const pixels = await sharp(readFileSync(path)).resize(224, 224, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  const tensor = new Float32Array(3 * 224 * 224);
  const plane = 224 * 224;
  for (let i = 0, at = 0; i < plane; i += 1, at += 3) {
    tensor[i] = pixels[at] / 127.5 - 1;
    tensor[i + plane] = pixels[at + 1] / 127.5 - 1;
    tensor[i + 2 * plane] = pixels[at + 2] / 127.5 - 1;
  }
  return new ort.Tensor('float32', tensor, [1, 3, 224, 224]);
}
const run = (input) => session.run({ input }, ['features']);

for (const path of paths.slice(0, 5)) await run(await decode(path));
process.send('ready');
await new Promise((resolve) => process.once('message', resolve));
const before = process.cpuUsage();
// The next picture is decoded while the model runs on this one.
let ahead = decode(paths[0]);
for (let n = 0; n < paths.length; n += 1) {
  const input = await ahead;
  if (n + 1 < paths.length) ahead = decode(paths[n + 1]);
  await run(input);
}
const { user, system } = process.cpuUsage(before);
process.send({ cpuMs: (user + system) / 1000 });
