import { useEffect, useRef, useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import { download } from '../components/download.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import type { ListQuery } from '../route.js';
import { beginningOf } from './changed-since.js';
import { filterOf } from './contact-pages.js';
import { fileNameOf } from './export-file.js';

/** `docs/exports.md` lists the formats that each program reads. */
const FORMATS = [
  { name: 'excel', extension: 'xlsx', options: {}, suffix: '' },
  { name: 'google', extension: 'csv', options: { format: 'google' }, suffix: 'google' },
  { name: 'outlook', extension: 'csv', options: { format: 'outlook' }, suffix: 'outlook' },
  { name: 'vcard', extension: 'vcf', options: { version: '3.0' }, suffix: '' },
  { name: 'photos', extension: 'vcf', options: { version: '3.0', photo: 'true' }, suffix: 'pictures' },
] as const;

interface ExportsProps {
  session: string;
  query: ListQuery;
  /** IDs of the contacts to export. Null: all contacts that are listed. */
  selected: ReadonlySet<string> | null;
}

/** Exports the selected contacts, or those of the current search and filters, as a file. */
export function Exports({ session, query, selected }: ExportsProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  const filter = selected ? { ids: [...selected].join(',') } : listed(query);
  const save = useAction(async ({ extension, options, suffix }: (typeof FORMATS)[number]) => {
    const parameters = new URLSearchParams({ ...toText(filter), ...options });
    const file = fileNameOf(['contacts', session, suffix], extension, new Date());
    const path = `sessions/${session}/contacts.${extension}?${parameters.toString()}`;
    await download(path, file).catch((error: unknown) => {
      // The user may have closed the menu, which shows the error.
      if (menu.current) menu.current.open = true;
      throw error;
    });
    if (menu.current) close(menu.current);
  });
  useCloseOutside(menu);
  const isNothing = selected?.size === 0;
  return (
    <details class="menu" ref={menu} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="button quiet">
        <Icon name="download" />
        {selected ? t.find.exportSelection : t.contacts.export}
      </summary>
      {isOpen && (
        <div class="menu-items">
          <p>
            {isNothing ? (
              t.find.exportNone
            ) : selected ? (
              t.find.exportCount(selected.size)
            ) : (
              <Count session={session} query={query} />
            )}
          </p>
          {FORMATS.map((format) => (
            <button
              key={format.name}
              type="button"
              class="quiet"
              disabled={save.isRunning || isNothing}
              onClick={() => void save.run(format)}
            >
              {t.find.formats[format.name]}
            </button>
          ))}
          <p role="status">{save.isRunning && t.contacts.exporting}</p>
          {save.error && <ErrorNotice error={save.error} />}
        </div>
      )}
    </details>
  );
}

/** Number of contacts that the export contains. */
function Count({ session, query }: Omit<ExportsProps, 'selected'>) {
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    let isOver = false;
    const params = { path: { session }, query: listed(query) };
    answer(api.GET('/sessions/{session}/contacts/count', { params })).then(
      (counted) => !isOver && setCount(counted.count),
      // The export reports the same problem.
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [session, ...(Object.values(query) as unknown[])]);
  return <span role="status">{count === null ? t.find.exportCounting : t.find.exportCount(count)}</span>;
}

function listed(query: ListQuery) {
  return filterOf(query, query.changed && beginningOf(query.changed, new Date()));
}

function toText(parameters: Record<string, string | boolean>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}

function useCloseOutside(menu: { current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const onEvent = (event: Event) => {
      if (!menu.current?.open) return;
      const isOutside = event.type === 'pointerdown' && !menu.current.contains(event.target as Node);
      if (isOutside || (event as KeyboardEvent).key === 'Escape') close(menu.current);
    };
    document.addEventListener('pointerdown', onEvent);
    document.addEventListener('keydown', onEvent);
    return () => {
      document.removeEventListener('pointerdown', onEvent);
      document.removeEventListener('keydown', onEvent);
    };
  }, [menu]);
}

/** The focus is not left on a button that is no longer visible. */
function close(menu: HTMLDetailsElement): void {
  if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus();
  menu.open = false;
}
