/**
 * @file Pictures that hang or kill whoever decodes them, in a batch of 32 and beside other requests: 31 answers and one coded error, and a child
 * that works again within half a second.
 *
 * `serve-poison.mjs [--rounds 3]`. The poison is a magic picture: children of this benchmark hang (a loop that never ends) or crash
 * (SIGSEGV) when they see it, in the middle of their work; everything else is the service and the task pool as they are, micro-batching
 * included.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { planChildren, readMachine } from '@tintype/adapters/children/plan-children';
import { openPredictionService } from '@tintype/core/serve/prediction-service';
import { parseArguments } from './pictures.mjs';
import { mobilenet } from './serve/models.mjs';
import { poisonOf } from './serve/poison-tasks.mjs';
import { listPictures, round } from './serve/processes.mjs';
import { makeServedWorkspace } from './served-workspace.mjs';

const { options } = parseArguments(process.argv.slice(2));
const rounds = Number(options.rounds ?? 3);
const bars = { othersFailed: 0, backMs: 500 };
const pictureMs = 2000;

const pictures = listPictures(['scenes', 'recyclables'], 100).map((path) => readFileSync(path));
const served = await makeServedWorkspace(await mobilenet());
const { catalog, store, clock, config } = served.workspace;
const { size, memoryMb } = planChildren(readMachine());
const codesOf = (outcomes) =>
  outcomes.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.code ?? String(reason));

/** Milliseconds until as many children are ready as there should be, from when one was missing. */
async function timeReturn(pool, isDone) {
  let goneAt;
  const times = [];
  while (!isDone()) {
    const { ready } = pool.stats();
    if (ready < size) goneAt ??= performance.now();
    else if (goneAt !== undefined) {
      times.push(performance.now() - goneAt);
      goneAt = undefined;
    }
    await delay(2);
  }
  return times;
}

async function runRound(kind, batch, n) {
  const pool = await openTaskPool({
    tasks: new URL('serve/poison-tasks.mjs', import.meta.url),
    size,
    memoryMb,
    niceness: 5,
    spares: Math.min(2, size),
  });
  const service = openPredictionService(
    { catalog, store, pool, clock },
    { limits: config.limits, pictureMs, cacheEntries: 0, queue: 1000, longestWaitMs: 60_000, batch },
  );
  try {
    await service.refresh();
    // Spare children start a second after the others and each other, as in the server.
    await delay(4000);
    const good = pictures.slice(31 * n, 31 * n + 31);
    const state = { isOver: false };
    const returning = timeReturn(pool, () => state.isOver);
    // Others ask all the while.
    const others = (async () => {
      const outcomes = [];
      for (let k = 0; !state.isOver; k += 1) {
        const asked = service.predict(pictures[pictures.length - 1 - (k % 40)], { requestId: `other${k}` });
        outcomes.push(...(await Promise.allSettled([asked])));
        await delay(20);
      }
      return outcomes;
    })();
    const all = [...good.slice(0, 15), poisonOf(kind, pictures[0]), ...good.slice(15)];
    const outcomes = await Promise.allSettled(
      all.map((bytes, k) => service.predict(bytes, { requestId: `r${k}`, isPatient: true })),
    );
    const again = await Promise.allSettled([service.predict(poisonOf(kind, pictures[0]), { requestId: 'again' })]);
    await delay(1500);
    state.isOver = true;
    const backMs = await returning;
    return {
      answered: outcomes.filter(({ status }) => status === 'fulfilled').length,
      codes: codesOf(outcomes),
      againCodes: codesOf(again),
      othersFailed: codesOf(await others).length,
      backMs,
      restarts: pool.stats().restarts,
    };
  } finally {
    await service[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
  }
}

try {
  const found = [];
  for (const batch of [
    { pictures: 1, waitMs: 0 },
    { pictures: 32, waitMs: 20 },
  ])
    for (const kind of ['crash', 'hang'])
      for (let n = 0; n < rounds; n += 1)
        found.push({ kind, batch: batch.pictures, ...(await runRound(kind, batch, n % 3)) });
  const isRight = ({ answered, codes, othersFailed }) =>
    answered === 31 && codes.length === 1 && codes[0] === 'IMAGE_DECODE_FAILED' && othersFailed === bars.othersFailed;
  const backMs = found.flatMap((each) => each.backMs).toSorted((a, b) => a - b);
  const longest = backMs.at(-1);
  console.log(
    JSON.stringify({
      met: found.every(isRight) && longest <= bars.backMs,
      bars,
      rounds: found.length,
      wrong: found.filter((each) => !isRight(each)).slice(0, 3),
      backMs: { median: round(backMs[backMs.length >> 1], 0), longest: round(longest, 0), times: backMs.length },
      othersFailed: found.reduce((sum, each) => sum + each.othersFailed, 0),
    }),
  );
} finally {
  await served.remove();
}
