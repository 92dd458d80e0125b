/** @file Word of what happened in a bucket, as clouds send it: twice, late, out of order or never. It says where to look, and no more. */

/** An object that was made, changed or removed. */
export interface ObjectEvent {
  bucket: string;
  /** As the bucket has it: nothing in it is encoded. */
  key: string;
}

export interface Notification {
  /** What the queue calls this delivery of it. */
  id: string;
  /** None where the cloud only tried whether the queue is there; undefined where the message is not about objects at all. */
  objects: readonly ObjectEvent[] | undefined;
}

export interface Notifications extends AsyncDisposable {
  /** Address of the queue or subscription. */
  readonly location: string;
  /**
   * What is there, as soon as something is; empty when nothing came for `waitMs`, or the signal fell. What is not settled comes again
   * after some minutes. Throws NOTIFICATIONS_DENIED or NOTIFICATIONS_UNREACHABLE.
   */
  receive(options: { waitMs: number; signal: AbortSignal }): Promise<readonly Notification[]>;
  /** They need not come again; they still may. Throws as `receive` does. */
  settle(notifications: readonly Notification[]): Promise<void>;
}
