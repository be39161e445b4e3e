import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n/language.js';
import type { SearchAllProps } from './search-all.jsx';

/** Loads the search over all accounts when it is opened. */
export function SearchAll(props: SearchAllProps) {
  const [View, setView] = useState<FunctionComponent<SearchAllProps> | null>(null);
  useEffect(() => void import('./search-all.jsx').then((loaded) => setView(() => loaded.SearchAll)), []);
  return View ? (
    <View {...props} />
  ) : (
    <main id="content">
      <p class="empty">{t.common.loading}</p>
    </main>
  );
}
