/** @file What use cases of access need. */
import type { Identity } from '@tintype/contracts/access';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

export interface AccessNeeds {
  catalog: Pick<Catalog, 'access'>;
  clock: Clock;
  /** 256 random bits as base64url. */
  newSecret: () => string;
}

/** Who gives something: nobody can give more than this. */
export type Giver = Pick<Identity, 'name' | 'scopes' | 'expiresAt'>;

/** How long sessions last. */
export interface SessionLimits {
  idleMs: number;
  lifeMs: number;
}
