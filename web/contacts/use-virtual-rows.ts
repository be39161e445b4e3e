import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

const OVERSCAN_ROWS = 6;

export interface VirtualRows {
  rows: VirtualItem[];
  heightPx: number;
  /** @param align `auto`: as little as necessary */
  scrollTo: (row: number, align?: 'auto' | 'center' | 'start') => void;
}

/** Of a list of any length, the rows that are in view: TanStack Virtual for Preact. */
export function useVirtualRows(
  element: RefObject<HTMLElement | null>,
  { count, rowHeightPx }: { count: number; rowHeightPx: number },
): VirtualRows {
  const [, rerender] = useReducer((n: number) => n + 1, 0);
  const options = {
    count,
    estimateSize: () => rowHeightPx,
    overscan: OVERSCAN_ROWS,
    getScrollElement: () => element.current,
    observeElementOffset,
    observeElementRect,
    scrollToFn: elementScroll,
    onChange: () => rerender(null),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    rows: virtualizer.getVirtualItems(),
    heightPx: virtualizer.getTotalSize(),
    scrollTo: (row, align = 'auto') => virtualizer.scrollToIndex(row, { align }),
  };
}
