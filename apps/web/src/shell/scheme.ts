/** @file Light, dark or as the system: the choice, kept where Mantine looks for it. */
export const schemes = ['auto', 'light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

/** Mantine's own key. */
const storageKey = 'mantine-color-scheme-value';

/** The scheme after this one, for the button that steps through them. */
export const nextScheme = (scheme: Scheme): Scheme => schemes[(schemes.indexOf(scheme) + 1) % schemes.length] ?? 'auto';

function readStoredScheme(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/** Sets the scheme on the document before React renders; an inline script would be refused by the CSP. */
export function applyStoredScheme(): void {
  const stored = readStoredScheme();
  const dark = stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
}
