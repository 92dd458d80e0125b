/** @file Steps through system, light and dark. */
import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core';
import { MoonIcon, SunIcon, SystemIcon } from '../components/icons.tsx';
import { nextScheme, type Scheme } from './scheme.ts';

const shown: Record<Scheme, { label: string; Icon: typeof SunIcon }> = {
  auto: { label: 'Colors: as the system', Icon: SystemIcon },
  light: { label: 'Colors: light', Icon: SunIcon },
  dark: { label: 'Colors: dark', Icon: MoonIcon },
};

export function SchemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { label, Icon } = shown[colorScheme];
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={() => setColorScheme(nextScheme(colorScheme))}>
        <Icon />
      </ActionIcon>
    </Tooltip>
  );
}
