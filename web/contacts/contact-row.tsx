import type { ContactDetails } from '../api/types.js';
import { Avatar } from '../components/avatar.jsx';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import { nameOf, otherNameOf, picturePathOf } from './contact-name.js';

interface RowProps {
  session: string;
  contact: ContactDetails;
  href: string;
  isChosen: boolean;
  /** One row can be reached by Tab, the others by arrows from there. */
  isTabStop: boolean;
}

export function ContactRow({ session, contact, href, isChosen, isTabStop }: RowProps) {
  const name = nameOf(contact);
  const other = otherNameOf(contact);
  return (
    <a class="row" href={href} aria-current={isChosen ? 'true' : undefined} tabIndex={isTabStop ? 0 : -1}>
      <Avatar
        path={picturePathOf(session, contact)}
        name={name}
        version={contact.picture?.updated_at ?? null}
      />
      <span class="row-text">
        <span class="row-name">
          <bdi>{name}</bdi>
          {contact.is_business && (
            <span class="badge" title={t.contact.business}>
              <Icon name="building" />
              <span class="hidden">{t.contact.business}</span>
            </span>
          )}
        </span>
        <span class="row-more">
          <bdi>
            {contact.phone === null
              ? ((contact.username && `@${contact.username}`) ?? contact.lid)
              : formatPhone(contact.phone)}
          </bdi>
          {other && (
            <>
              {' · '}
              <bdi>~{other}</bdi>
            </>
          )}
        </span>
      </span>
    </a>
  );
}
