/** @file Whether a token still lets somebody in, as people read it. */
import { type ApiToken, defaultTokenDays } from '@tintype/contracts/access';
import { formatTime } from '../../components/format.ts';

type Times = Pick<ApiToken, 'revokedAt' | 'expiresAt'>;

export const isWorking = ({ revokedAt, expiresAt }: Times, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

export function describeToken({ revokedAt, expiresAt }: Times, now: number): string {
  if (revokedAt !== null) return `revoked ${formatTime(revokedAt)}`;
  if (expiresAt === null) return 'for ever';
  return expiresAt > now ? `until ${formatTime(expiresAt)}` : `ended ${formatTime(expiresAt)}`;
}

/** How long a new token may work; `days: null` is for ever. */
export const tokenTimes: readonly { days: number | null; label: string }[] = [
  { days: 1, label: 'one day' },
  { days: 7, label: 'a week' },
  { days: 30, label: '30 days' },
  { days: defaultTokenDays, label: `${defaultTokenDays} days` },
  { days: 365, label: 'a year' },
  { days: null, label: 'for ever' },
];
