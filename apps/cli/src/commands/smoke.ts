/** @file `tintype smoke`: whether a running server answers everything that it can be asked. */

import type { CommandRecord } from '../command.ts';
import { counted, printable, table } from '../format.ts';
import { toServerError } from '../remote/connect-server.ts';
import type { SmokeRow } from '../remote/run-smoke.ts';

export const smokeCommand: CommandRecord = {
  name: 'smoke',
  summary: 'ask every endpoint of a running server once, without changing anything',
  arguments: '<server>',
  options: [
    { flags: '--token <token>', description: 'API token (default: that of TINTYPE_TOKEN, where others do not see it)' },
  ],
  examples: ['tintype smoke http://127.0.0.1:8080', 'tintype smoke https://tintype.example.org --json'],
  async run(context, [server = ''], options) {
    const [{ connectServer, tokenOf }, { runSmoke }] = await Promise.all([
      import('../remote/connect-server.ts'),
      import('../remote/run-smoke.ts'),
    ]);
    const client = connectServer(server, { token: tokenOf(options), timeoutMs: 15_000, retries: 1 });
    const { signal, output } = context;
    // Nothing else is worth asking where nobody answers.
    await client.call('getLiveness', {}, { signal }).catch((thrown: unknown) => {
      throw toServerError(thrown);
    });
    const rows: SmokeRow[] = [];
    for await (const row of runSmoke({ client, server: server.replace(/\/+$/, ''), signal })) {
      rows.push(row);
      output.progress(`smoke  ${rows.length}  ${row.route}`);
    }
    const failed = rows.filter(({ outcome }) => outcome === 'failed').length;
    output.result({ server, ok: failed === 0, failed, checks: rows }, () => render(rows, failed));
    if (failed > 0) process.exitCode = 69;
  },
};

function render(rows: readonly SmokeRow[], failed: number): string {
  const grid = table(
    ['check', 'route', 'outcome', '>ms', 'answer'],
    rows.map(({ check, route, outcome, durationMs, note }) => [
      check,
      route,
      outcome,
      durationMs.toFixed(1),
      printable(note),
    ]),
  );
  const closed = rows.filter(({ outcome }) => outcome === 'not allowed').length;
  const rest = closed > 0 ? `; ${counted(closed, 'is', 'are')} not allowed for this token` : '';
  const end =
    failed === 0
      ? `All of ${counted(rows.length, 'check')} are well`
      : `${counted(failed, 'check')} of ${rows.length} failed`;
  return `${grid}\n\n${end}${rest}.`;
}
