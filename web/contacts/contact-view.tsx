import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import type { ContactDetails } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { Avatar } from '../components/avatar.jsx';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { useReading } from '../components/use-reading.js';
import { dateTime } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import type { LiveChanges } from '../live/changes.js';
import { type ListQuery, to } from '../route.js';
import { nameOf, picturePathOf } from './contact-name.js';
import { KeyHistory } from './key-history.jsx';

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
  const isGone = person.error?.status === 404;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [contact?.id]);
  return (
    <article class="contact">
      <a class="button quiet back" href={to({ view: 'contacts', session, contact: null, list: query })}>
        <Icon name="back" />
        {t.common.back}
      </a>
      {person.error && (isGone || !contact) && <ErrorNotice error={person.error} />}
      {!contact && !person.error && <p class="faint">{t.common.loading}</p>}
      {contact && !isGone && (
        <>
          <header class="contact-head">
            <Avatar
              path={picturePathOf(session, contact)}
              name={nameOf(contact)}
              version={contact.picture?.updated_at ?? null}
            />
            <div>
              <h2 ref={heading} tabIndex={-1}>
                <bdi>{nameOf(contact)}</bdi>
              </h2>
              <p class="faint">
                <bdi>{contact.phone ? formatPhone(contact.phone) : contact.lid}</bdi>
              </p>
              <p class="tags">
                <span class={contact.saved ? 'tag good' : 'tag'}>
                  {contact.saved ? t.contact.saved : t.contact.notSaved}
                </span>
                {contact.is_business && <span class="tag">{t.contact.business}</span>}
              </p>
            </div>
            <Refresh session={session} address={address} />
          </header>
          <Moved session={session} contact={contact} query={query} />
          <Names contact={contact} />
          <Numbers contact={contact} />
          <KeyHistory session={session} address={address} current={contact.identity_key?.key ?? null} />
          <p class="faint">{t.contact.updated(dateTime(contact.updated_at))}</p>
        </>
      )}
    </article>
  );
}

function Refresh({ session, address }: { session: string; address: string }) {
  const path = { session, phone: address };
  const refresh = useAction(() =>
    api.POST('/sessions/{session}/contacts/{phone}/refresh', { params: { path } }),
  );
  const wasRun = useRef(false);
  return (
    <div class="refresh">
      <button
        type="button"
        disabled={refresh.isRunning}
        onClick={() => {
          wasRun.current = true;
          void refresh.run();
        }}
      >
        <Icon name="refresh" />
        {t.contact.refresh}
      </button>
      <p role="status" class="faint">
        {wasRun.current && !refresh.isRunning && !refresh.error && t.contact.refreshed}
      </p>
      {refresh.error && <ErrorNotice error={refresh.error} />}
    </div>
  );
}

function Moved({ session, contact, query }: { session: string; contact: ContactDetails; query: ListQuery }) {
  const { moved_to: next, moved_from: former } = contact;
  if (next === null && former === null) return null;
  const link = (label: string, jid: string | null) => {
    const [phone = ''] = (jid ?? '').split('@');
    return (
      jid && (
        <Fact label={label}>
          <a href={to({ view: 'contacts', session, contact: phone, list: query })}>
            <bdi>{formatPhone(phone)}</bdi>
          </a>
        </Fact>
      )
    );
  };
  return (
    <section class="card event">
      <h3>{t.contact.moved}</h3>
      <dl class="facts">
        {link(t.contact.movedTo, next)}
        {link(t.contact.movedFrom, former)}
      </dl>
    </section>
  );
}

function Names({ contact }: { contact: ContactDetails }) {
  const { about } = contact;
  return (
    <section class="card">
      <h3>{t.contact.person}</h3>
      <dl class="facts">
        <Fact label={t.contact.fullName}>{contact.full_name}</Fact>
        <Fact label={t.contact.firstName}>{contact.first_name}</Fact>
        <Fact label={t.contact.pushName} hint={t.contact.pushNameHint}>
          {contact.push_name}
        </Fact>
        {contact.business_name !== null && (
          <Fact label={t.contact.businessName} hint={t.contact.verified}>
            {contact.business_name}
          </Fact>
        )}
        {contact.username !== null && <Fact label={t.contact.username}>{`@${contact.username}`}</Fact>}
        <Fact label={t.contact.about}>
          {about && aboutOf(about)}
          {about?.expires_at && <small> ({t.contact.aboutUntil(dateTime(about.expires_at))})</small>}
        </Fact>
        {contact.picture && (
          <Fact label={t.contact.picture}>
            <Ago time={contact.picture.updated_at} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function aboutOf({ hidden, emoji, text }: NonNullable<ContactDetails['about']>): string {
  if (hidden) return t.contact.aboutHidden;
  return [emoji, text].filter(Boolean).join(' ') || t.contact.aboutNone;
}

function Numbers({ contact: { phone, lid } }: { contact: ContactDetails }) {
  return (
    <section class="card">
      <h3>{t.contact.reach}</h3>
      <dl class="facts">
        <Fact label={t.contact.phone}>{phone && formatPhone(phone)}</Fact>
        <Fact label={t.contact.lid}>{lid}</Fact>
      </dl>
    </section>
  );
}

/** @param children null where nothing is known */
function Fact({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>
        {label}
        {hint && <small> {hint}</small>}
      </dt>
      <dd dir="auto">{isNothing(children) ? <span class="faint">{t.common.unknown}</span> : children}</dd>
    </div>
  );
}

function isNothing(children: ComponentChildren): boolean {
  return [children]
    .flat(Infinity)
    .every((each) => each === null || each === undefined || each === false || each === '');
}
