/** @file Which lowering this machine's runtime takes, found by asking it. */
import { emitOnnx } from '../graph/emit.ts';
import { evaluate } from '../graph/evaluate.ts';
import { ops } from '../graph/ops.ts';
import { input } from '../graph/value.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, openSession } from '../runtime/session.ts';
import { type Block, type Lowering, plainLowering, webgpuLowering } from './lowering.ts';

const blocks: readonly Block[] = [16, 8];

/** Far above rounding, far below what channels in a wrong order give. */
const tolerance = 1e-4;

const answers = new Map<string, Promise<Lowering>>();

/**
 * `blocked` where the runtime has blocked convolutions and they give the right numbers, else `plain`; asked once in a process. Only the CPU
 * has them.
 */
export function chooseLowering({ provider = 'cpu' }: { provider?: string } = {}): Promise<Lowering> {
  if (provider === 'webgpu') return Promise.resolve(webgpuLowering);
  if (provider !== 'cpu') return Promise.resolve(plainLowering);
  const answer = answers.get(provider) ?? probe();
  answers.set(provider, answer);
  return answer;
}

async function probe(): Promise<Lowering> {
  for (const block of blocks) {
    const lowering: Lowering = { layout: 'blocked', block };
    if (await computesRightly(lowering)) return lowering;
  }
  return plainLowering;
}

/** One small convolution whose channels and taps all differ. */
async function computesRightly(lowering: Lowering): Promise<boolean> {
  const size = [1, 32, 3, 3] as const;
  const x = input('x', size);
  const kernel = [32, 32, 2, 2] as const;
  const weight = input('weight', kernel);
  const feeds = {
    x: Float32Array.from({ length: 32 * 9 }, (_, i) => Math.sin(i)),
    weight: Float32Array.from({ length: 32 * 32 * 4 }, (_, i) => Math.cos(i)),
  };
  const y = ops.conv(x, weight);
  try {
    await using session = await openSession(renderOnnx(emitOnnx({ y }, { lowering })));
    const results = await session.run({
      x: { type: 'float32', dims: size, data: feeds.x },
      weight: { type: 'float32', dims: kernel, data: feeds.weight },
    });
    const [expected = new Float64Array()] = evaluate([y], feeds);
    return floatsOf(results, 'y').every((value, i) => Math.abs(value - (expected[i] as number)) < tolerance);
  } catch {
    // An operator of the domain that this build of the runtime does not have.
    return false;
  }
}
