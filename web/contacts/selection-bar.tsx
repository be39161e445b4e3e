import { t } from '../i18n/language.js';
import type { Selection } from './selection.js';

/** Shows and hides the checkboxes of the list. */
export function SelectionBar({ selection }: { selection: Selection }) {
  const isSelecting = selection.ids.value !== null;
  return (
    <button
      type="button"
      class="quiet"
      aria-pressed={isSelecting}
      title={isSelecting ? undefined : t.find.selectHint}
      onClick={() => (isSelecting ? selection.stop() : selection.start())}
    >
      {isSelecting ? t.find.selectDone : t.find.select}
    </button>
  );
}
