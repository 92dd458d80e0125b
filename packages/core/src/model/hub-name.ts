/** @file What `hub:ORG/REPO[/FILE][@REVISION]` names. */
import type { HubReference } from '../ports/backbone-hub.ts';

const pattern = /^hub:(?<repository>[^/@\s]+\/[^/@\s]+)(?:\/(?<file>[^@\s]+))?(?:@(?<revision>\S+))?$/;

export const isHubName = (name: string): boolean => name.startsWith('hub:');

/** Undefined where the name is not written so. The revision is `main` where none is named. */
export function parseHubName(name: string): HubReference | undefined {
  const { repository, file, revision = 'main' } = pattern.exec(name)?.groups ?? {};
  return repository === undefined ? undefined : { repository, revision, ...(file === undefined ? {} : { file }) };
}
