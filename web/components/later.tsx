import type { ComponentType, VNode } from 'preact';
import { ApiError } from '../api/api-error.js';
import { t } from '../i18n/language.js';
import { ErrorNotice } from './notice.jsx';
import { useReading } from './use-reading.js';

/**
 * Returns a component that is loaded when it is first rendered.
 *
 * @param options.isPart whether the component is a part of a view, not a view
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { isPart = false } = {},
): (props: Props) => VNode {
  let loaded: ComponentType<Props> | null = null;
  const read = async () => {
    loaded ??= await load().catch(async (error: unknown) => {
      await reloadIfUpdated();
      throw new ApiError(0, 'unreachable', String(error));
    });
    return { View: loaded };
  };
  return function Later(props) {
    const { value, error, again } = useReading(read, []);
    const View = loaded ?? value?.View;
    if (View) return <View {...props} />;
    const state = error ? (
      <ErrorNotice error={error}>
        <p class="actions">
          <button type="button" onClick={again}>
            {t.settings.retry}
          </button>
        </p>
      </ErrorNotice>
    ) : (
      <p class="empty">{t.common.loading}</p>
    );
    if (isPart) return state;
    return (
      <main id="content" class="gate">
        {state}
      </main>
    );
  };
}

/** A page that was open during an update requests files that no longer exist: their names contain their hashes. */
async function reloadIfUpdated(): Promise<void> {
  const script = document.querySelector('script[src]')?.getAttribute('src') ?? '';
  const response = await fetch('./', { cache: 'no-store' }).catch(() => null);
  if (response?.ok && !(await response.text()).includes(script)) location.reload();
}
