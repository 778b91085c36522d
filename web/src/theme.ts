import {
  createTheme,
  localStorageColorSchemeManager,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

/** Design tokens. Colours are those of the public pages, so that a badge means the same on both. */
const gate: MantineColorsTuple = [
  '#e6f4f5',
  '#cfe6e8',
  '#a3cfd3',
  '#6fb4ba',
  '#459ca4',
  '#2a8c95',
  '#177d86',
  '#0f5c63',
  '#0a474d',
  '#063539',
];

export const theme = createTheme({
  primaryColor: 'gate',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { gate },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  components: {
    // a list of choices is made when it is opened: a page has many that nobody opens
    Combobox: { defaultProps: { keepMounted: false } },
    CloseButton: { defaultProps: { 'aria-label': 'Close' } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, withinPortal: false } },
    Notification: { styles: { description: { color: 'var(--mantine-color-dimmed)' } } },
    // their headers would count as further banners of the page
    Drawer: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: {
      defaultProps: { centered: true, attributes: { header: { role: 'presentation' } } },
      styles: { title: { fontWeight: 650 } },
    },
  },
});

const LIGHT = {
  '--tg-low': '#1c6839',
  '--tg-low-ground': '#e2f2e7',
  '--tg-medium': '#765000',
  '--tg-medium-ground': '#faefd2',
  '--tg-high': '#953d00',
  '--tg-high-ground': '#fde7d8',
  '--tg-critical': '#9e1126',
  '--tg-critical-ground': '#fbe3e5',
  '--tg-unknown': '#4a545e',
  '--tg-unknown-ground': '#e7eaec',
  '--mantine-color-error': '#b3261e',
  '--mantine-color-body': '#faf9f6',
  '--mantine-color-dimmed': '#55606a',
};
const DARK = {
  '--tg-low': '#8fd8a8',
  '--tg-low-ground': '#16301f',
  '--tg-medium': '#efc766',
  '--tg-medium-ground': '#33290f',
  '--tg-high': '#ffae7d',
  '--tg-high-ground': '#3a2213',
  '--tg-critical': '#ff9ca7',
  '--tg-critical-ground': '#40171d',
  '--tg-unknown': '#b9c4cc',
  '--tg-unknown-ground': '#29323a',
  '--mantine-color-error': '#ff9ca7',
  '--mantine-color-body': '#101519',
  '--mantine-color-dimmed': '#9dadb7',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: LIGHT, dark: DARK });

/** Where the choice of light or dark is kept. */
export const colorSchemes = localStorageColorSchemeManager();

/** Says light or dark before anything is drawn: said while it is drawn, all styles would be worked out twice. */
export function setColorScheme(root: HTMLElement): void {
  const chosen = colorSchemes.get('auto');
  const asTheSystem = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  root.setAttribute('data-mantine-color-scheme', chosen === 'auto' ? asTheSystem : chosen);
}
