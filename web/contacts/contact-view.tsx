import { useEffect, useRef } from 'preact/hooks';
import { type ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import type { ContactDetails } from '../api/types.js';
import { Avatar } from '../components/avatar.jsx';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice, Notice } from '../components/notice.jsx';
import { useReading } from '../components/use-reading.js';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import type { LiveChanges } from '../live/changes.js';
import { go, type ListQuery, to } from '../route.js';
import { ContactActions } from './contact-actions.jsx';
import { Details, Moved, Names } from './contact-facts.jsx';
import { nameOf, picturePathOf } from './contact-name.js';
import { FetchButton } from './fetch-button.jsx';
import { KeyChangeHint, Security, useSeenKeys } from './key-history.jsx';

interface ContactProps {
  session: string;
  address: string;
  query: ListQuery;
  changes: LiveChanges;
}

/** All details of a contact. */
export function ContactView({ session, address, query, changes }: ContactProps) {
  const path = { session, phone: address };
  const person = useReading(
    () => answer(api.GET('/sessions/{session}/contacts/{phone}', { params: { path } })),
    [session, address],
  );
  const contact = person.value;
  const keys = useSeenKeys(session, address, contact?.identity_key?.key ?? null);
  useEffect(
    () =>
      changes.listen((news) => {
        const isAbout =
          news === null ||
          news.some(({ id, merged_into: heir }) => id === contact?.id || heir === contact?.id);
        if (isAbout || !contact) person.again();
      }),
    [changes, contact?.id],
  );
  const list = { view: 'contacts' as const, session, contact: null, list: query };
  useEscape(() => go(list));
  const isGone = person.error !== null && isUnknown(person.error);
  return (
    <article class="contact">
      <a class="button quiet back" href={to(list)}>
        <Icon name="back" />
        {t.common.back}
      </a>
      {isGone ? (
        <div role="alert">
          <Notice tone="warn" what={t.actions.notFound} todo={t.actions.notFoundTodo}>
            <a href={to({ ...list, list: { ...query, search: '' } })}>{t.actions.toList}</a>
          </Notice>
        </div>
      ) : (
        person.error && !contact && <ErrorNotice error={person.error} />
      )}
      {!contact && !person.error && <p class="faint">{t.common.loading}</p>}
      {contact && !isGone && (
        <>
          <Head session={session} contact={contact} />
          <ContactActions session={session} contact={contact} />
          <FetchButton session={session} address={address} contact={contact} />
          <Moved session={session} contact={contact} query={query} />
          <KeyChangeHint keys={keys} />
          <Names contact={contact} />
          <Security keys={keys} />
          <Details contact={contact} />
        </>
      )}
    </article>
  );
}

/** No contact has this address, or it is not an address. */
function isUnknown({ status }: ApiError): boolean {
  return status === 404 || status === 400;
}

function Head({ session, contact }: { session: string; contact: ContactDetails }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [contact.id]);
  return (
    <header class="contact-head">
      <Avatar
        path={picturePathOf(session, contact)}
        name={nameOf(contact)}
        colorBy={contact.id}
        version={contact.picture?.updated_at ?? null}
      />
      <div>
        <h2 ref={heading} tabIndex={-1}>
          <bdi>{nameOf(contact)}</bdi>
        </h2>
        <p class="number">
          {contact.phone === null ? (
            <span class="faint">{t.actions.noNumber}</span>
          ) : (
            <bdi>{formatPhone(contact.phone)}</bdi>
          )}
        </p>
        <p class="tags">
          <span class={contact.saved ? 'tag good' : 'tag'}>
            {contact.saved ? t.contact.saved : t.contact.notSaved}
          </span>
          {contact.is_business && <span class="tag">{t.contact.business}</span>}
        </p>
      </div>
    </header>
  );
}

/** Escape closes an open menu, a dialog or a search first. */
function useEscape(close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTaken = document.querySelector('dialog[open], .menu[open]') !== null;
      if (event.key !== 'Escape' || isTaken || isField(event.target)) return;
      latest.current();
    };
    // In the capture phase, because the same event closes a menu.
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}
