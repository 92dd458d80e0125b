/** @file The three screens: one record each, for tabs and titles. */
import type { ReactNode } from 'react';
import { ModelsIcon, PicturesIcon, TryIcon } from '../components/icons.tsx';

export interface Screen {
  path: string;
  label: string;
  icon: ReactNode;
}

export const screens: readonly Screen[] = [
  { path: '/', label: 'Try', icon: <TryIcon /> },
  { path: '/pictures', label: 'Pictures', icon: <PicturesIcon /> },
  { path: '/models', label: 'Models', icon: <ModelsIcon /> },
];

/** The screen an address belongs to; `/models/scenes/3` is of Models. */
export const findScreen = (path: string): Screen | undefined =>
  screens.find((screen) =>
    screen.path === '/' ? path === '/' : path === screen.path || path.startsWith(`${screen.path}/`),
  );
