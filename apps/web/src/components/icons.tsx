/** @file The few icons of the page: 20 by 20, drawn in the color of the text, silent to screen readers. */
import type { ReactNode } from 'react';

const icon = (children: ReactNode) =>
  function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        viewBox="0 0 20 20"
        width={size}
        height={size}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        style={{ flex: 'none' }}
      >
        {children}
      </svg>
    );
  };

export const TryIcon = icon(
  <path d="M10 13V3.500M6.5 7 10 3.5 13.5 7M3.5 12.500v2.750c0 .7.55 1.25 1.25 1.250h10.500c.7 0 1.25-.55 1.25-1.250V12.5" />,
);
export const PicturesIcon = icon(
  <>
    <rect x="3" y="3" width="6" height="6" rx="1" />
    <rect x="11" y="3" width="6" height="6" rx="1" />
    <rect x="3" y="11" width="6" height="6" rx="1" />
    <rect x="11" y="11" width="6" height="6" rx="1" />
  </>,
);
export const ModelsIcon = icon(<path d="M3 16.500h14M5.5 16.500v-4M10 16.500v-9M14.5 16.500V3.5" />);
export const LabelIcon = icon(
  <>
    <path d="M3.5 4.5v5.100c0 .4.160.78.440 1.060l5.900 5.900c.59.59 1.540.59 2.120 0l4.600-4.600c.59-.59.59-1.540 0-2.120l-5.900-5.900a1.500 1.500 0 0 0-1.060-.44H4.500a1 1 0 0 0-1 1Z" />
    <circle cx="7" cy="7" r=".75" />
  </>,
);
export const ExploreIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="m12.900 7.100-1.700 4.100-4.100 1.700 1.700-4.100Z" />
  </>,
);
export const LassoIcon = icon(
  <path d="M6.200 13.600C4.200 12.600 3 11 3 9c0-3 3.100-5.250 7-5.250S17 6 17 9s-3.100 5.250-7 5.250c-.9 0-1.700-.1-2.500-.3M4.250 16.500c0-1.600 1-2.900 2.200-2.900.9 0 1.500.6 1.500 1.400 0 1-1 1.600-2.200 1.500" />,
);
export const TrainIcon = icon(<path d="M3 4v12.500h14M5.500 12.500c2.500 0 2.500-6 5-6s2.500 2.500 6 1" />);
export const PeopleIcon = icon(
  <>
    <circle cx="7.500" cy="7" r="2.750" />
    <path d="M2.500 16c.4-3 2.300-4.500 5-4.500s4.600 1.500 5 4.500M13 4.600a2.500 2.500 0 0 1 0 4.800M14.500 11.800c1.700.6 2.700 2 3 4.200" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.25" />
    <path d="M10 2v1.500M10 16.500V18M2 10h1.500M16.5 10H18M4.35 4.350l1.06 1.060M14.59 14.590l1.06 1.060M4.35 15.650l1.06-1.060M14.59 5.410l1.06-1.06" />
  </>,
);
export const MoonIcon = icon(<path d="M16.5 11.700A6.75 6.75 0 1 1 8.3 3.500a5.4 5.4 0 0 0 8.2 8.200Z" />);
export const SystemIcon = icon(
  <>
    <rect x="2.5" y="3.5" width="15" height="10" rx="1.5" />
    <path d="M7 17h6" />
  </>,
);
export const KeyboardIcon = icon(
  <>
    <rect x="2" y="5" width="16" height="10.5" rx="1.5" />
    <path d="M5.25 8.250h.010M8.4 8.250h.010M11.6 8.250h.010M14.75 8.250h.010M6.5 12h7" />
  </>,
);
export const TrashIcon = icon(
  <path d="M3.5 5.500h13M8 5.500V4c0-.55.45-1 1-1h2c.55 0 1 .45 1 1v1.500M5 5.500l.75 10.200c.05.74.66 1.3 1.4 1.300h5.700c.74 0 1.35-.56 1.4-1.300L15 5.5" />,
);
export const RestoreIcon = icon(<path d="M4 8.500h8a4 4 0 0 1 0 8H8M4 8.500l3.5-3.500M4 8.5 7.5 12" />);
export const UserIcon = icon(
  <>
    <circle cx="10" cy="6.75" r="3.25" />
    <path d="M3.75 17a6.25 6.25 0 0 1 12.5 0" />
  </>,
);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 4 4" />
  </>,
);
export const CheckIcon = icon(<path d="m4.5 10.5 3.5 3.5 7.5-8" />);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const WarnIcon = icon(<path d="M10 3 18 16.500H2ZM10 8.500v3.500M10 14.250h.01" />);
export const StopIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M10 6.250v4.500M10 13.500h.01" />
  </>,
);
export const RefusedIcon = icon(
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="m5.2 5.2 9.6 9.6" />
  </>,
);
export const RetryIcon = icon(<path d="M16 10a6 6 0 1 1-1.75-4.240M16 3v3.250h-3.25" />);
export const LeftIcon = icon(<path d="m12 4-6 6 6 6" />);
export const RightIcon = icon(<path d="m8 4 6 6-6 6" />);
export const UpIcon = icon(<path d="m4 12 6-6 6 6" />);
export const DownIcon = icon(<path d="m4 8 6 6 6-6" />);
export const CopyIcon = icon(
  <>
    <rect x="7" y="7" width="9.5" height="9.5" rx="1.5" />
    <path d="M13 7V5c0-.83-.67-1.5-1.5-1.500H5c-.83 0-1.5.67-1.5 1.500v6.500c0 .83.67 1.5 1.5 1.500h2" />
  </>,
);
export const FileIcon = icon(
  <path d="M11.5 2.500H6C5.2 2.5 4.5 3.2 4.5 4v12c0 .8.7 1.5 1.5 1.500h8c.8 0 1.5-.7 1.5-1.500V6.500ZM11.5 2.500v4h4" />,
);
export const TagIcon = icon(<path d="M7.500 3 6 17M14 3l-1.500 14M3.500 7.250h13.500M3 12.750h13.500" />);
export const GroupIcon = icon(
  <>
    <rect x="2.750" y="5.750" width="9" height="9" rx="1.250" />
    <path d="M8.250 5.750V4.500c0-.7.55-1.250 1.250-1.250h6.500c.7 0 1.250.55 1.250 1.250V11c0 .7-.55 1.250-1.250 1.250h-4.250" />
  </>,
);
export const FilterIcon = icon(<path d="M3.500 5h13M6 10h8M8.500 15h3" />);
export const BookmarkIcon = icon(<path d="M5.500 4c0-.55.45-1 1-1h7c.55 0 1 .45 1 1v13L10 13.500 5.500 17Z" />);
export const PageIcon = icon(
  <path d="M12 3.500h4.500V8M16.500 3.500 9.500 10.500M8 4.500H5c-.8 0-1.500.7-1.500 1.500v9c0 .8.7 1.500 1.500 1.500h9c.8 0 1.500-.7 1.500-1.500v-3" />,
);
export const CameraIcon = icon(
  <>
    <path d="M3.500 6.500h2.800L7.500 4.500h5l1.200 2h2.800c.550 0 1 .450 1 1v7.500c0 .550-.450 1-1 1h-13c-.550 0-1-.450-1-1V7.500c0-.550.450-1 1-1Z" />
    <circle cx="10" cy="11" r="2.750" />
  </>,
);
export const LinkIcon = icon(
  <path d="M8.500 11.500a3 3 0 0 0 4.240 0l2.500-2.500a3 3 0 1 0-4.240-4.240l-.750.750M11.500 8.500a3 3 0 0 0-4.240 0l-2.500 2.500a3 3 0 1 0 4.240 4.240l.750-.750" />,
);
export const DownloadIcon = icon(
  <path d="M10 3.500v9M6.500 9.500 10 13l3.500-3.500M3.500 14.500v1.250c0 .7.550 1.250 1.250 1.250h10.500c.7 0 1.250-.550 1.250-1.250V14.500" />,
);
export const BackupIcon = icon(
  <path d="M3.5 5.500c0-1.400 2.900-2.500 6.500-2.500s6.500 1.100 6.500 2.500-2.900 2.500-6.500 2.500-6.500-1.100-6.500-2.500ZM3.500 5.500v9c0 1.400 2.900 2.500 6.500 2.500s6.500-1.100 6.500-2.500v-9M3.500 10c0 1.400 2.900 2.500 6.500 2.500s6.500-1.100 6.500-2.500" />,
);
export const CardsIcon = icon(
  <>
    <rect x="3" y="3.500" width="14" height="5.500" rx="1" />
    <rect x="3" y="11" width="14" height="5.500" rx="1" />
  </>,
);
export const TableIcon = icon(<path d="M3 4.500h14v11.500H3ZM3 8.500h14M3 12.250h14M8 4.500v11.500" />);
