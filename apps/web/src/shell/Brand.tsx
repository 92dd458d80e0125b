/** @file The mark of the page. */

export function Brand() {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <rect x="1" y="1" width="22" height="22" rx="5" fill="var(--mantine-color-iris-6)" />
      <path
        d="M5.5 8V7A1.5 1.5 0 0 1 7 5.500h1M16 5.500h1A1.5 1.5 0 0 1 18.5 7v1M18.5 16v1a1.5 1.5 0 0 1-1.5 1.500h-1M8 18.500H7A1.5 1.5 0 0 1 5.5 17v-1"
        fill="none"
        stroke="#fff"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
      <circle cx="12" cy="12" r="3.5" fill="#fff" />
    </svg>
  );
}
