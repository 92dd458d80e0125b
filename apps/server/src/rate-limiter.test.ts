/** @file Token buckets: how many, how fast, and how much memory. */
import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { LoginGuard } from './login-guard.ts';
import { addressKey, RateLimiter } from './rate-limiter.ts';

function aLimiter(perMinute: number, burst: number) {
  const time = { now: 0 };
  return { time, limiter: new RateLimiter({ perMinute, burst }, () => time.now) };
}

test('a burst is let through, then one whenever its time has come', () => {
  const { time, limiter } = aLimiter(60, 3);
  const first = [1, 2, 3, 4].map(() => limiter.take('a'));

  time.now += 999;
  const early = limiter.take('a');
  time.now += 1;
  const due = limiter.take('a');

  expect(first).toEqual([undefined, undefined, undefined, 1]);
  expect([early, due, limiter.take('a')]).toEqual([1, undefined, 1]);
});

test('what cost more than one is waited for before the next', () => {
  const { time, limiter } = aLimiter(60, 3);
  limiter.take('a');
  limiter.charge('a', 7);

  expect(limiter.take('a')).toBe(6);
  time.now += 6000;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([undefined, 1]);
});

test('keys do not share', () => {
  const { limiter } = aLimiter(1, 1);

  expect([limiter.take('a'), limiter.take('b'), limiter.take('a')]).toEqual([undefined, undefined, 60]);
});

test('never more are let through than the burst and what the time since allows, and whoever waits as told goes on', () => {
  const steps = array(integer({ min: 0, max: 5000 }), { maxLength: 60 });
  assert(
    property(integer({ min: 1, max: 600 }), integer({ min: 1, max: 20 }), steps, (perMinute, burst, waits) => {
      const { time, limiter } = aLimiter(perMinute, burst);
      let taken = 0;
      let isKept = true;
      for (const wait of waits) {
        time.now += wait;
        const retryAfterS = limiter.take('a') ?? 0;
        time.now += retryAfterS * 1000;
        if (retryAfterS > 0) isKept &&= limiter.take('a') === undefined;
        taken += 1;
      }
      expect(isKept).toBe(true);
      expect(taken).toBeLessThanOrEqual(burst + (time.now / 60_000) * perMinute + 1e-6);
    }),
  );
});

test('a hundred thousand keys hold no more memory than twenty thousand, and the newest of them are known still', () => {
  const { limiter } = aLimiter(60, 1);
  let most = 0;

  for (let i = 0; i < 100_000; i += 1) {
    limiter.take(`address ${i}`);
    most = Math.max(most, limiter.size);
  }

  expect(most).toBe(20_000);
  expect(limiter.take('address 99999')).toBe(1);
  expect(limiter.take('address 0')).toBeUndefined();
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.4', '10.0.0.4'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test('an account takes five tries a minute, an address twenty, whoever they are for', async () => {
  const guard = new LoginGuard(() => 0);
  const tryAs = (account: string, address: string) =>
    guard.run({ account, address }, async () => 'in').catch((error: { code: string }) => error.code);

  const ofOne = [];
  for (let i = 0; i < 6; i += 1) ofOne.push(await tryAs(i % 2 ? 'Ada' : 'ada', `10.0.0.${i}`));
  const ofAddress = [];
  for (let i = 0; i < 21; i += 1) ofAddress.push(await tryAs(`user-${i}`, '10.1.0.1'));

  expect(ofOne).toEqual(['in', 'in', 'in', 'in', 'in', 'RATE_LIMITED']);
  expect(ofAddress.lastIndexOf('in')).toBe(19);
  expect(ofAddress[20]).toBe('RATE_LIMITED');
});

test('two are tried at once, a few wait, and more are told to come again', async () => {
  const guard = new LoginGuard(() => 0);
  let running = 0;
  let most = 0;
  const attempt = async (): Promise<string> => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return 'in';
  };

  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      guard
        .run({ account: `user-${i}`, address: `10.0.0.${i}` }, attempt)
        .catch((error: { code: string }) => error.code),
    ),
  );

  expect(most).toBe(2);
  expect(answers.filter((answer) => answer === 'in')).toHaveLength(18);
  expect(answers.filter((answer) => answer === 'OVERLOADED')).toHaveLength(12);
});
