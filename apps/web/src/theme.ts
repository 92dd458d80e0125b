/** @file Neutral greys that tint no picture, one accent, short motion: the look of the page as one Mantine theme. */
import { ActionIcon, Button, type CSSVariablesResolver, createTheme, Popover, Tooltip } from '@mantine/core';

export const motionMs = 120;
const transitionProps = { duration: motionMs };

export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 6 },
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'sm',
  black: '#1a1a1a',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Helvetica, Arial, sans-serif',
  headings: {
    fontWeight: '650',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  colors: {
    iris: [
      '#f0f0fd',
      '#e0e1fa',
      '#bfc1f4',
      '#9da0ef',
      '#8d92f0',
      '#6a70e2',
      '#4f55d0',
      '#4147b5',
      '#363b96',
      '#2a2e78',
    ],
    gray: [
      '#fafafa',
      '#f4f4f4',
      '#ebebeb',
      '#dedede',
      '#c8c8c8',
      '#a3a3a3',
      '#636363',
      '#545454',
      '#3d3d3d',
      '#262626',
    ],
    dark: [
      '#e6e6e6',
      '#cfcfcf',
      '#ababab',
      '#858585',
      '#4a4a4a',
      '#383838',
      '#2a2a2a',
      '#1e1e1e',
      '#161616',
      '#101010',
    ],
  },
  // Those that the first screen does not need are told without their `extend`, which would load them.
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' } }),
    SegmentedControl: { defaultProps: { transitionDuration: motionMs } },
    Tooltip: Tooltip.extend({
      defaultProps: { transitionProps, openDelay: 300, events: { hover: true, focus: true, touch: false } },
    }),
    Popover: Popover.extend({ defaultProps: { transitionProps } }),
    Modal: { defaultProps: { transitionProps, centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { transitionProps, closeButtonProps: { 'aria-label': 'Close' } } },
  },
});

/** Colors with a job, by scheme; every text color is at least 4.5:1 on every surface it is used on. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-placeholder': '#636363',
    '--mantine-color-dimmed': '#5c5c5c',
    '--mantine-color-error': '#b3261e',
    '--tt-page': '#f5f5f5',
    '--tt-surface': '#ffffff',
    '--tt-mat': '#e6e6e6',
    '--tt-line': '#dadada',
    '--tt-dim': '#5c5c5c',
    '--tt-accent': '#4f55d0',
    '--tt-accent-soft': '#e6e7fb',
    '--tt-bar': '#a8a8a8',
    '--tt-heat': '#7f84ec',
    '--tt-good': '#17703f',
    '--tt-warn': '#8a5200',
    '--tt-bad': '#b3261e',
    '--tt-bad-soft': '#fbeae8',
    '--tt-warn-soft': '#fbf0dc',
  },
  dark: {
    '--mantine-color-placeholder': '#ababab',
    '--mantine-color-dimmed': '#ababab',
    '--mantine-color-error': '#ff9a90',
    '--tt-page': '#141414',
    '--tt-surface': '#1e1e1e',
    '--tt-mat': '#2b2b2b',
    '--tt-line': '#383838',
    '--tt-dim': '#ababab',
    '--tt-accent': '#9da0ff',
    '--tt-accent-soft': '#2f3163',
    '--tt-bar': '#6e6e6e',
    '--tt-heat': '#5358c4',
    '--tt-good': '#58c990',
    '--tt-warn': '#f0b94b',
    '--tt-bad': '#ff9a90',
    '--tt-bad-soft': '#3a2220',
    '--tt-warn-soft': '#352a14',
  },
});
