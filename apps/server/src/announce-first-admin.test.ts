/** @file The link for the first administrator: when it is said, and as which address. */
import { configSchema } from '@tintype/contracts/config';
import { expect, test } from 'vitest';
import { announceFirstAdmin, outerAddress } from './announce-first-admin.ts';
import { aServer } from './testing/a-server.ts';
import { aUser } from './testing/who-asks.ts';

test.each([
  [{}, 'http://0.0.0.0:8080'],
  [{ hosts: ['pictures.example', 'other.example'] }, 'http://pictures.example:8080'],
  [{ hosts: ['pictures.example'], trustProxy: ['127.0.0.1'] }, 'https://pictures.example'],
  [{ trustProxy: ['127.0.0.1'] }, 'http://0.0.0.0:8080'],
])('with serve: %o people open %s', (serve, outer) => {
  expect(outerAddress({ config: configSchema.parse({ serve }), address: 'http://0.0.0.0:8080' })).toBe(outer);
});

test('the link is said as long as there is no administrator, and not where nobody must be known', async () => {
  const [closed, open] = await Promise.all([
    aServer({ configure: (config) => void (config.access.required = true) }),
    aServer(),
  ]);
  const said: string[] = [];
  const tell = ({ access, address, workspace: { config } }: typeof closed) =>
    announceFirstAdmin(access, { config, address, announce: (sentence) => said.push(sentence) });

  await tell(open);
  await tell(closed);
  await aUser(closed.access, 'ada', 'trainer');
  await tell(closed);
  await aUser(closed.access, 'grace', 'admin');
  await tell(closed);
  await Promise.all([closed.close(), open.close()]);

  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(
    /^No administrator yet\. Open this link once, within 30 minutes, .*:\n {2}http:\/\/127\.0\.0\.1:\d+\/join#inv_/,
  );
  expect(said[1]).not.toBe(said[0]);
});
