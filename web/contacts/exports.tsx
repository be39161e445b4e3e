import { useEffect, useRef } from 'preact/hooks';
import { request } from '../api/client.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import type { ListQuery } from '../route.js';

/** Exports the address book as a file. Applies the filters, but not the search. */
export function Exports({ session, query }: { session: string; query: ListQuery }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const download = useAction(async (file: string, parameters: Record<string, string>) => {
    const filters = new URLSearchParams({ ...filtersOf(query), ...parameters });
    const response = await request(`sessions/${session}/${file}?${filters.toString()}`);
    save(await response.blob(), `${session}-${file}`);
    if (menu.current) menu.current.open = false;
  });
  useCloseOutside(menu);
  const kinds = [
    [t.contacts.exportCsv, 'contacts.csv', {}],
    [t.contacts.exportVcard, 'contacts.vcf', {}],
    [t.contacts.exportPhotos, 'contacts.vcf', { photo: 'true' }],
  ] as const;
  return (
    <details class="menu" ref={menu}>
      <summary class="button quiet">
        <Icon name="download" />
        {t.contacts.export}
      </summary>
      <div class="menu-items">
        {kinds.map(([label, file, parameters]) => (
          <button
            key={label}
            type="button"
            class="quiet"
            disabled={download.isRunning}
            onClick={() => void download.run(file, parameters)}
          >
            {label}
          </button>
        ))}
        <p role="status">{download.isRunning && t.contacts.exporting}</p>
        {download.error && <ErrorNotice error={download.error} />}
      </div>
    </details>
  );
}

function filtersOf({ saved, business, noNumber }: ListQuery): Record<string, string> {
  return {
    ...(saved && { saved: 'true' }),
    ...(business && { is_business: 'true' }),
    ...(noNumber && { has_phone: 'false' }),
  };
}

/** Time in which a slow browser begins the download. */
const REVOKE_AFTER_MS = 60_000;

/** A link cannot send the key. */
function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}

function useCloseOutside(menu: { current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (event: Event) => {
      if (!menu.current?.open) return;
      const isOutside = event.type === 'pointerdown' && !menu.current.contains(event.target as Node);
      if (isOutside || (event as KeyboardEvent).key === 'Escape') menu.current.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, [menu]);
}
