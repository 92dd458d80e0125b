/** @file `tintype gate`: which samples of a dataset gates refuse, and the trash for them. */
import { TintypeError } from '@tintype/contracts/errors';
import type { GateReport } from '@tintype/contracts/gate';
import type { CommandRecord } from '../command.ts';
import { counted, integer, printable, table } from '../format.ts';

export const gateCommand: CommandRecord = {
  name: 'gate',
  summary: 'list the pictures of a dataset that gates refuse, or drop them',
  options: [
    { flags: '--dataset <name>', description: 'dataset to look at; needed where there are several' },
    {
      flags: '--require <gate...>',
      description: 'what pictures must pass: min-size=64, blur=50, person-count=1, face-count=1..2',
    },
    { flags: '--drop', description: 'move what fails to the trash; nothing is deleted' },
    { flags: '--annotator <name>', description: 'who is recorded as having done it', default: 'cli' },
  ],
  examples: [
    'tintype gate --require min-size=64 blur=50',
    'tintype gate --dataset portraits --require person-count=1 --json',
    'tintype gate --dataset portraits --require person-count=1 --drop',
  ],
  async run(context, _args, options) {
    const [{ gateSamples }, { detectorsOf }, { parseGates, pictureGateTextSchema }] = await Promise.all([
      import('@tintype/core/catalog/gate-samples'),
      import('@tintype/core/model/gates/resolve-detectors'),
      import('@tintype/contracts/gate'),
    ]);
    const texts = readGates(options.require, (text) => pictureGateTextSchema.safeParse(text).success);
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, clock, config } = workspace;
    const rows = gateSamples(
      { catalog, store, clock, pool },
      {
        dataset: options.dataset as string | undefined,
        gates: parseGates(texts),
        detectors: detectorsOf(workspace),
        limits: config.limits,
        drop: options.drop === true ? { annotator: options.annotator as string } : undefined,
        onProgress: (checked) => context.output.progress(`gate  ${integer(checked)} looked at`),
        signal: context.signal,
      },
    );
    for (let next = await rows.next(); ; next = await rows.next()) {
      if (next.done) {
        const report = next.value;
        return context.output.result({ summary: report }, () => render(report, options.drop === true));
      }
      const { path, class: className, reason, error } = next.value;
      context.output.result(
        next.value,
        () => `${printable(path)}  ${printable(className ?? '-')}  ${reason}  ${error}`,
      );
    }
  },
};

function readGates(given: unknown, isGate: (text: string) => boolean): readonly string[] {
  const texts = (given ?? []) as readonly string[];
  const wrong = texts.find((text) => !isGate(text));
  if (wrong !== undefined) {
    const problem = `"${wrong}" is not a gate on pictures, such as min-size=64, blur=50 or person-count=1.`;
    throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype gate' });
  }
  if (texts.length > 0) return texts;
  const problem = '--require GATE says what pictures must pass, such as min-size=64.';
  throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype gate' });
}

function render({ dataset, checked, refused, dropped, reasons }: GateReport, isDropping: boolean): string {
  const first = `${integer(refused)} of ${counted(checked, 'picture')} of "${dataset}" fail`;
  if (refused === 0) return `${first}.`;
  const rows = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  return [
    isDropping ? `${first}, ${integer(dropped)} moved to the trash.` : `${first}.`,
    table(
      ['reason', '>pictures'],
      rows.map(([reason, count]) => [reason, integer(count)]),
    ),
    isDropping
      ? 'Next: tintype catalog restore SAMPLE brings one back'
      : 'Next: the same with --drop moves them to the trash',
  ].join('\n');
}
