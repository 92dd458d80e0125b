/** @file The signal that a node has no gradient here, so that it and all before it stay frozen. */

/** Caught by the import; never seen outside. `reason` completes "Conv is frozen, as ...". */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}
