import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/language.js';
import { type ListQuery, to } from '../route.js';
import { addressOf } from './contact-name.js';
import type { ContactPages } from './contact-pages.js';
import { ContactRow, SelectableRow } from './contact-row.jsx';
import { Initials } from './initials.jsx';
import type { Selection } from './selection.js';
import { useVirtualRows, type VirtualRows } from './use-virtual-rows.js';

const ROW_HEIGHT_PX = 64;
const PAGE_ROWS = 8;

interface ListProps {
  session: string;
  pages: ContactPages;
  query: ListQuery;
  /** Expected number of contacts. Null if it is not known before they are read. */
  expected: number | null;
  /** Address of the contact that is shown next to the list. */
  chosen: string | null;
  selection: Selection;
}

/** Rows of a list that may have any length. Arrows move from row to row. */
export function ContactList({ session, pages, query, expected, chosen, selection }: ListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows: known, isWhole } = pages.size;
  const count = isWhole ? known : Math.max(known + 1, expected ?? 0);
  const { rows, heightPx, scrollTo } = useVirtualRows(scroller, { count, rowHeightPx: ROW_HEIGHT_PX });
  const [active, setActive] = useState(0);
  const focusRow = useFocusRow(scroller);
  const firstPages = useRef(pages);
  useLayoutEffect(() => {
    if (pages === firstPages.current) return;
    // Another search or order begins with its first row.
    firstPages.current = pages;
    if (scroller.current) scroller.current.scrollTop = 0;
    setActive(0);
  }, [pages]);
  const [first, last] = [rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0];
  useEffect(() => pages.show(first, last), [pages, first, last]);
  useChosen(scroller, { pages, chosen, scrollTo });
  const isSelecting = selection.ids.value !== null;
  const selectable = {
    list: pages,
    idOf: (row: number) => pages.row(row)?.id ?? null,
    read: (from: number, to: number) => pages.read(from, to),
  };

  const move = (event: KeyboardEvent) => {
    const target = targetOf(event.key, active, count);
    if (target === null) return;
    event.preventDefault();
    setActive(target);
    scrollTo(target);
    focusRow(target);
  };
  const tabStop = rows.some(({ index }) => index === active) ? active : first;
  const initials = pages.index.value?.initials ?? [];
  return (
    <div class="list-area">
      <div class="list-scroller" ref={scroller} onKeyDown={move}>
        <ul class="list" style={{ height: `${heightPx}px` }} aria-label={t.contacts.title}>
          {rows.map(({ index, start }) => {
            const contact = pages.row(index);
            return (
              <li
                key={contact?.id ?? index}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={isWhole ? count : -1}
                aria-posinset={index + 1}
                data-row={index}
                onFocusIn={() => setActive(index)}
              >
                {!contact ? (
                  <span class="row skeleton" aria-hidden="true" />
                ) : isSelecting ? (
                  <SelectableRow
                    session={session}
                    contact={contact}
                    search={query.search}
                    isSelected={selection.has(contact.id)}
                    isTabStop={index === tabStop}
                    onToggle={(isRange) => void selection.toggle(index, isRange, selectable)}
                  />
                ) : (
                  <ContactRow
                    session={session}
                    contact={contact}
                    search={query.search}
                    href={to({ view: 'contacts', session, contact: addressOf(contact), list: query })}
                    isChosen={chosen !== null && (chosen === contact.phone || chosen === contact.lid)}
                    isTabStop={index === tabStop}
                  />
                )}
              </li>
            );
          })}
        </ul>
      </div>
      {initials.length > 1 && (
        <Initials
          initials={initials}
          heightPx={scroller.current?.clientHeight ?? 0}
          firstRow={visibleRow(scroller)}
          onJump={(row) => scrollTo(row, 'start')}
        />
      )}
    </div>
  );
}

/** @returns the row at the upper edge */
function visibleRow(scroller: { current: HTMLElement | null }): number {
  return Math.round((scroller.current?.scrollTop ?? 0) / ROW_HEIGHT_PX);
}

interface Chosen extends Pick<ListProps, 'pages' | 'chosen'> {
  scrollTo: VirtualRows['scrollTo'];
}

/** Scrolls to the contact that the address names when the page is opened. Focuses the row of a contact that is closed. */
function useChosen(scroller: { current: HTMLElement | null }, { pages, chosen, scrollTo }: Chosen): void {
  const awaited = useRef(chosen);
  const last = useRef(chosen);
  useEffect(() => {
    if (awaited.current !== null) pages.reach(awaited.current);
  }, [pages]);
  useEffect(() => {
    // On a phone, the list is hidden while a contact is open.
    if (awaited.current === null || !scroller.current?.clientHeight) return;
    const row = pages.indexOf(awaited.current);
    if (row === null) return;
    awaited.current = null;
    scrollTo(row, 'center');
  }, [pages, pages.blocks.value, pages.index.value, chosen]);
  useEffect(() => {
    const closed = chosen === null ? last.current : null;
    last.current = chosen;
    if (closed === null || document.activeElement !== document.body) return;
    const row = pages.indexOf(closed);
    scroller.current?.querySelector<HTMLElement>(`[data-row="${row}"] a`)?.focus({ preventScroll: true });
  }, [chosen]);
}

/** @returns focuses a row as soon as it is there */
function useFocusRow(scroller: { current: HTMLElement | null }): (row: number) => void {
  const wanted = useRef<number | null>(null);
  const [, rerender] = useState(0);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const link = scroller.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] :is(a, input)`);
    if (!link) return;
    link.focus({ preventScroll: true });
    wanted.current = null;
  });
  return (row) => {
    wanted.current = row;
    rerender((n) => n + 1);
  };
}

/** @returns the row that a key leads to; null for keys that lead nowhere */
function targetOf(key: string, active: number, count: number): number | null {
  const targets: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + PAGE_ROWS,
    PageUp: active - PAGE_ROWS,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? null : Math.min(count - 1, Math.max(0, target));
}
