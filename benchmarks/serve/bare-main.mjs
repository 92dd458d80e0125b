/** @file For benchmarks of serving: the bare loop in one process. sharp, a loop over pixels, `session.run`; pictures from memory. */
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import sharp from 'sharp';

const [model, inputName, threads] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);
const session = await ort.InferenceSession.create(model, {
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const [width, height] = [224, 224];
const plane = width * height;

async function decode(bytes) {
  const pixels = await sharp(bytes).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  const tensor = new Float32Array(3 * plane);
  for (let i = 0, at = 0; i < plane; i += 1, at += 3) {
    tensor[i] = pixels[at] / 127.5 - 1;
    tensor[i + plane] = pixels[at + 1] / 127.5 - 1;
    tensor[i + 2 * plane] = pixels[at + 2] / 127.5 - 1;
  }
  return new ort.Tensor('float32', tensor, [1, 3, height, width]);
}
const run = (input) => session.run({ [inputName]: input }, ['probabilities']);

async function measure({ pictures, seconds }) {
  const encoded = pictures.map((path) => readFileSync(path));
  for (const bytes of encoded.slice(0, 5)) await run(await decode(bytes));
  const before = process.cpuUsage();
  const endAt = performance.now() + 1000 * seconds;
  let count = 0;
  // The next picture is decoded while the model runs on this one.
  let ahead = decode(encoded[0]);
  while (performance.now() < endAt) {
    const input = await ahead;
    count += 1;
    ahead = decode(encoded[count % encoded.length]);
    await run(input);
  }
  await ahead;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: count / seconds, cpuMs: (user + system) / 1000, count };
}

process.on('message', (message) => void measure(message).then((result) => process.send(result)));
process.send('ready');
