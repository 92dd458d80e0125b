/** @file One asked-for task on its way through the pool. */

export interface Ticket {
  readonly task: string;
  readonly input: unknown;
  readonly deadlineMs: number;
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
  /** It lost its child once already: the next loss is its own fault. */
  isRetry: boolean;
  /** Answered, failed or cancelled: what still comes is ignored. */
  isSettled: boolean;
  onSettled: (() => void) | undefined;
}

export function settle(ticket: Ticket, by: () => void): void {
  if (ticket.isSettled) return;
  ticket.isSettled = true;
  ticket.onSettled?.();
  by();
}
