/** @file The screens in the order of the data's way: one record each, for tabs and titles. */
import type { ReactNode } from 'react';
import {
  BackupIcon,
  ExploreIcon,
  LabelIcon,
  ModelsIcon,
  PeopleIcon,
  PicturesIcon,
  TrainIcon,
  TryIcon,
} from '../components/icons.tsx';

export interface Screen {
  path: string;
  label: string;
  icon: ReactNode;
  /** Reached from elsewhere: it has a title, but no tab. */
  isHidden?: true;
}

export const screens: readonly Screen[] = [
  { path: '/', label: 'Try', icon: <TryIcon /> },
  { path: '/pictures', label: 'Pictures', icon: <PicturesIcon /> },
  { path: '/label', label: 'Label', icon: <LabelIcon /> },
  { path: '/explore', label: 'Explore', icon: <ExploreIcon /> },
  { path: '/train', label: 'Train', icon: <TrainIcon /> },
  { path: '/models', label: 'Models', icon: <ModelsIcon /> },
  { path: '/people', label: 'People', icon: <PeopleIcon />, isHidden: true },
  { path: '/backups', label: 'Backups', icon: <BackupIcon />, isHidden: true },
];

/** The screen an address belongs to; `/models/scenes/3` is of Models. */
export const findScreen = (path: string): Screen | undefined =>
  screens.find((screen) =>
    screen.path === '/' ? path === '/' : path === screen.path || path.startsWith(`${screen.path}/`),
  );
