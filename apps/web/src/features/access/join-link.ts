/** @file The link that makes a user: what is behind its #, and what may be chosen. Pure. */

import { shortestPassword } from '@tintype/contracts/access';
import { nameSchema } from '@tintype/contracts/ids';

/** `#inv_...` -> `inv_...`; the server says whether it works. */
export const parseInvitation = (hash: string): string => hash.replace(/^#/, '');

export interface Choice {
  name: string;
  password: string;
  repeated: string;
}

/** A sentence for every field that is not right yet. */
export function findProblems({ name, password, repeated }: Choice): Partial<Record<keyof Choice, string>> {
  const wrongName = nameSchema.safeParse(name).error?.issues[0]?.message;
  return {
    ...(wrongName ? { name: `The name ${wrongName}.` } : {}),
    ...(password.length < shortestPassword ? { password: `Take at least ${shortestPassword} characters.` } : {}),
    ...(repeated === password ? {} : { repeated: 'This is not the same password.' }),
  };
}
