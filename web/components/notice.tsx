import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useContext, useLayoutEffect, useRef } from 'preact/hooks';
import { type ApiError, isKnown, isOutage } from '../api/api-error.js';
import type { Explained } from '../i18n/en.js';
import { t } from '../i18n/language.js';
import { InDialog } from './dialog.jsx';
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

/** Errors of an outage that are on the page. Only the first one is visible: an outage affects every part of a view. */
const outages = signal<readonly object[]>([]);

/**
 * Shows an error once: not if the banner already shows it, nor for each part of a view during an outage. A dialog covers
 * both, so it shows its own.
 */
export function ErrorNotice({ error, isBanner = false, children }: ErrorProps) {
  const isInDialog = useContext(InDialog);
  const isFirst = useFirst(isOutage(error) && !isInDialog, isBanner);
  if (!isBanner && !isInDialog && (!isFirst || error.code === bannerCode.value)) return null;
  return (
    <div role="alert">
      <Notice tone="bad" {...explain(error)}>
        {children}
      </Notice>
    </div>
  );
}

/** Whether no other part of the page shows the outage. The banner precedes all parts. */
function useFirst(isOutageShown: boolean, isBanner: boolean): boolean {
  const { current: own } = useRef({});
  useLayoutEffect(() => {
    if (!isOutageShown) return;
    const others = outages.peek();
    outages.value = isBanner ? [own, ...others] : [...others, own];
    return () => {
      outages.value = outages.peek().filter((each) => each !== own);
    };
  }, [isOutageShown, isBanner]);
  const [first = own] = outages.value;
  return !isOutageShown || first === own;
}

/** In the words of the page, or else of the service. */
function explain({ code, message }: ApiError): Explained & { technical?: string } {
  return isKnown(code) ? { ...t.errors[code], technical: message } : { what: t.errors.title, todo: message };
}
