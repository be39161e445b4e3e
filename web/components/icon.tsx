/** Outlines on a grid of 24. */
const PATHS = {
  alert:
    'M12 9v4m0 3.500h.01M10.300 4.200 2.700 17.500A2 2 0 0 0 4.400 20.500h15.200a2 2 0 0 0 1.700-3L13.700 4.200a2 2 0 0 0-3.400 0z',
  back: 'M15 5l-7 7 7 7',
  building: 'M5 21V4h9v17m0-11h5v11M3 21h18M8 8h3m-3 4h3m-3 4h3',
  chat: 'M4 20l1.300-4.200A8 8 0 1 1 8.500 19z',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  download: 'M12 4v11m0 0l-4.500-4.500M12 15l4.500-4.500M5 20h14',
  key: 'M14.500 9.500a4.500 4.500 0 1 1-4.500-4.500 4.500 4.500 0 0 1 4.500 4.500zm-1.200 3.200L20 19.500m-3-3l2.500-2.500',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1m2 3.700a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1',
  people:
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c.4-3.600 3-5.500 6.500-5.500s6.100 1.900 6.500 5.500M16 4.800a3.500 3.500 0 0 1 0 6.400m2 3.800c2 .7 3.200 2.400 3.500 5',
  phone:
    'M6.500 4h3l1.500 4.500-2 1.500a11 11 0 0 0 5 5l1.500-2L20 14.500v3a2 2 0 0 1-2.200 2A15 15 0 0 1 4.500 6.200 2 2 0 0 1 6.500 4z',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M19.500 8A8 8 0 1 0 20 13.500M20 4v4.500h-4.500',
  search: 'M11 17.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zm4.700-1.800L20.500 20.500',
  trash: 'M4 7h16M9 7V4h6v3M6.500 7l1 13h9l1-13M10 11v5m4-5v5',
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative. The text next to it, or the label of its button, has the same meaning. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
