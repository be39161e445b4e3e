import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { type ApiError, isKnown } from '../api/api-error.js';
import type { Explained } from '../i18n/en.js';
import { t } from '../i18n/language.js';
import { Icon, type IconName } from './icon.jsx';

export type Tone = 'good' | 'busy' | 'warn' | 'bad';

const ICONS: Record<Tone, IconName> = { good: 'check', busy: 'refresh', warn: 'alert', bad: 'alert' };

interface NoticeProps extends Explained {
  tone: Tone;
  title?: string;
  /** Message of the service, in English, for details. */
  technical?: string | null;
  children?: ComponentChildren;
}

/** Shows a problem and its solution. */
export function Notice({ tone, title, what, todo, technical = null, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`}>
      <Icon name={ICONS[tone]} />
      <div>
        {title && <strong>{title}</strong>}
        <p>{what}</p>
        {todo && <p class="todo">{todo}</p>}
        {technical && (
          <details>
            <summary>{t.common.details}</summary>
            <p lang="en" class="technical">
              {technical}
            </p>
          </details>
        )}
        {children}
      </div>
    </div>
  );
}

/** Code of the error that the banner above the view shows; null if there is none. */
export const bannerCode = signal<string | null>(null);

interface ErrorProps {
  error: ApiError;
  isBanner?: boolean;
  children?: ComponentChildren;
}

/** Shows an error, unless the banner already does: an outage affects every part of a view. */
export function ErrorNotice({ error, isBanner = false, children }: ErrorProps) {
  if (!isBanner && error.code === bannerCode.value) return null;
  return (
    <div role="alert">
      <Notice tone="bad" {...explain(error)}>
        {children}
      </Notice>
    </div>
  );
}

/** In the words of the page, or else of the service. */
function explain({ code, message }: ApiError): Explained & { technical?: string } {
  return isKnown(code) ? { ...t.errors[code], technical: message } : { what: t.errors.title, todo: message };
}
