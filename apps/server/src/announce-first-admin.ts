/** @file Says how the first administrator gets in: by a link that works once. There is no password that everybody knows. */
import type { Config } from '@tintype/contracts/config';
import { inviteFirstAdmin } from '@tintype/core/access/invitations';
import type { Access } from './identify.ts';

export interface AnnounceOptions {
  config: Pick<Config, 'serve'>;
  /** What the server listens on. */
  address: string;
  /** Takes the sentence that holds the link; it must never come into a log. */
  announce: (sentence: string) => void;
}

/** Says nothing where nobody has to be known, or an administrator is there. */
export async function announceFirstAdmin({ isRequired, needs }: Access, options: AnnounceOptions): Promise<void> {
  if (!isRequired) return;
  const invitation = await inviteFirstAdmin(needs);
  if (!invitation) return;
  const minutes = Math.round((invitation.expiresAt - needs.clock.now()) / 60_000);
  options.announce(
    `No administrator yet. Open this link once, within ${minutes} minutes, to become the first one:\n  ${outerAddress(options)}${invitation.path}`,
  );
}

/** As people open it: by its name, and by https where a proxy stands before it. */
export function outerAddress({ config: { serve }, address }: Pick<AnnounceOptions, 'config' | 'address'>): string {
  const [name] = serve.hosts;
  if (name === undefined) return address;
  return serve.trustProxy.length > 0 ? `https://${name}` : `http://${name}:${new URL(address).port}`;
}
