/** Icons, drawn with the colour of the text; what they mean is said by the control that holds them. */

const PATHS = {
  check: 'M3 8.5 6.5 12 13 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  down: 'M4 6l4 4 4-4',
  download: 'M8 2.5v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  edit: 'M3 13l.7-3L11 2.7 13.3 5 6 12.3zM9.5 4.2l2.3 2.3',
  expand: 'M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9',
  file: 'M4 1.8h5.2L12.5 5v9.2H4zM9 2v3.2h3.3',
  filter: 'M2.5 3.5h11L9.3 8.6v4.2l-2.6 1V8.6z',
  folder: 'M2 4h4.2l1.4 1.6H14v7.2H2z',
  group: 'M2.5 3.5h11M5.5 8h8M5.5 12.5h8',
  left: 'M10 4 6 8l4 4',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9',
  more: 'M3.2 8h.01M8 8h.01M12.8 8h.01',
  pin: 'M5.5 2.5h5M6.5 2.5v4L4.5 9h7l-2-2.5v-4M8 9v4.5',
  right: 'M6 4l4 4-4 4',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 13.8 13.8',
  sparkline: 'M2 11l3-4 2.5 2.5L11 4l3 3',
  tag: 'M2.5 2.5h5l6 6-5 5-6-6zM5.2 5.2h.01',
  trash: 'M3 4.2h10M6.3 4V2.5h3.4V4M4.4 4.4 5 13.5h6l.6-9.1M6.8 6.8v4M9.2 6.8v4',
  tree: 'M3.5 2.5v9.5h4M3.5 6h4M9.5 6h4M9.5 12h4',
  undo: 'M5.5 3 2.5 6l3 3M2.7 6h6.6a3.8 3.8 0 0 1 0 7.5H6',
  up: 'M4 10l4-4 4 4',
  warning: 'M8 2.2 14.4 13.4H1.6zM8 6.3v3.4M8 11.5h.01'
} as const;

export type IconName = keyof typeof PATHS;

/** An icon, as large as the text beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="nbf-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
