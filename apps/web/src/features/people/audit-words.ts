/** @file Entries of the record of changes, as people read them. */

/** `revokeToken` -> `revoke token`: operations are named as in the API, which needs no table to be kept. */
export const describeAction = (action: string): string => action.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

/** `{ labels: 12, role: 'viewer' }` -> `labels 12, role viewer`. */
export function describeDetails(details: Record<string, unknown> | null): string {
  if (!details) return '';
  return Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${describeAction(name)} ${show(value)}`)
    .join(', ');
}

function show(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.map(show).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
