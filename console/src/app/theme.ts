import { createTheme, type MantineColorsTuple } from '@mantine/core';
import { shellTexts } from '../texts/shell.ts';

/** The blue of the accounts pages, from light to dark. */
const blue: MantineColorsTuple = [
  '#eaf2fd',
  '#d3e2f8',
  '#a6c4f0',
  '#78aaf5',
  '#5490e6',
  '#3d7edb',
  '#2f70cd',
  '#1f5fbf',
  '#194f9f',
  '#133f80',
];

/** The console's look, on top of Mantine's defaults; the one place for colours and sizes. */
export const theme = createTheme({
  colors: { blue },
  primaryColor: 'blue',
  primaryShade: 7,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': shellTexts.close } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': shellTexts.close } } },
    // The head of a dialog is no banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    // Wide tables are scrolled by keyboard, too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
  },
});
