/** @file What commands that watch a bucket share: looking again and again, or where the cloud's notifications say, until Ctrl+C. */
import { TintypeError } from '@tintype/contracts/errors';
import type { CloudAddress } from '@tintype/contracts/store-address';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { CommandContext, OptionRecord } from './command.ts';
import { counted } from './format.ts';
import { repeat } from './repeat.ts';

/** `every`: seconds between two looks where nothing is said. */
export function watchOptions(every: number): OptionRecord[] {
  return [
    { flags: '--watch', description: 'look again and again until Ctrl+C' },
    {
      flags: '--every <seconds>',
      description: 'with --watch: time between two looks',
      range: [1, 86_400],
      default: every,
    },
    {
      flags: '--queue <url>',
      description: 'watch by notifications of S3: the address of the SQS queue that they are sent to',
    },
    {
      flags: '--subscription <name>',
      description: 'watch by notifications of Google Cloud Storage: projects/PROJECT/subscriptions/NAME',
    },
    {
      flags: '--sweep <seconds>',
      description: 'with notifications: time between two looks at everything, for those that never come',
      range: [1, 86_400],
      default: 900,
    },
  ];
}

export function isWatching({ watch, queue, subscription }: Readonly<Record<string, unknown>>): boolean {
  return watch === true || queue !== undefined || subscription !== undefined;
}

export interface Watched {
  address: CloudAddress;
  workspace: Pick<Workspace, 'clock' | 'config'>;
  /** Looks at these keys, or at everything. */
  look: (keys?: readonly string[]) => Promise<void>;
}

const pauseMs = 5_000;

/** Once, unless the options say otherwise. Throws USAGE_INVALID, and what looking throws. */
export async function watchBucket(
  context: CommandContext,
  { address, workspace, look }: Watched,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const named = namedNotifications(address, options);
  if (!named) {
    if (options.watch !== true) await look();
    else await repeat(context, Number(options.every) * 1000, () => look());
    return;
  }
  const [{ openNotifications }, { followNotifications }] = await Promise.all([
    import('@tintype/adapters/notifications/open-notifications'),
    import('@tintype/core/ingest/follow-notifications'),
  ]);
  await using notifications = await openNotifications(named, workspace.config);
  const onForeign = (count: number): void =>
    context.output.notice(`${counted(count, 'message')} of ${notifications.location} left there: not about objects.`);
  await repeat(context, pauseMs, () =>
    followNotifications(
      { notifications, clock: workspace.clock },
      {
        place: address,
        sweepEveryMs: Number(options.sweep) * 1000,
        sweep: () => look(),
        look,
        onForeign,
        signal: context.signal,
      },
    ),
  );
}

/** Each cloud tells of its own buckets alone. Throws USAGE_INVALID. */
function namedNotifications(
  { scheme }: CloudAddress,
  { queue, subscription }: Readonly<Record<string, unknown>>,
): { queue: string } | { subscription: string } | undefined {
  if (queue === undefined && subscription === undefined) return undefined;
  if (scheme === 's3' && typeof queue === 'string' && subscription === undefined && URL.canParse(queue))
    return { queue };
  if (scheme === 'gs' && typeof subscription === 'string' && queue === undefined) return { subscription };
  const problem =
    scheme === 's3'
      ? 'Notifications of an s3:// bucket come by --queue https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.'
      : 'Notifications of a gs:// bucket come by --subscription projects/PROJECT/subscriptions/NAME.';
  throw new TintypeError('USAGE_INVALID', { problem });
}
