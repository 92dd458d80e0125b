/** @file A heap that was labeled whole is looked at in a random order, some pictures at a time, until whoever looks has seen enough. Pure. */

export interface Audit {
  /** Of every picture of the heap. */
  className: string;
  /** Pictures of the heap. */
  size: number;
  /** In the order of looking. */
  order: readonly string[];
  looks: number;
  errors: number;
}

/** Pictures looked at together. */
const step = 24;

export const startAudit = (
  heap: { sampleIds: readonly string[]; audit: readonly string[] },
  className: string,
): Audit => ({
  className,
  size: heap.sampleIds.length,
  order: heap.audit,
  looks: 0,
  errors: 0,
});

/** Those to look at now; none once the plan was carried out. */
export const nextLooks = ({ order, looks }: Audit): readonly string[] => order.slice(looks, looks + step);

export const look = (audit: Audit, errors: number): Audit => ({
  ...audit,
  looks: audit.looks + nextLooks(audit).length,
  errors: audit.errors + errors,
});

/** The number of looks was fixed before the first: who stops before the end gets the wider bound. */
export const isCarriedOut = ({ order, looks }: Audit): boolean => looks === order.length;
