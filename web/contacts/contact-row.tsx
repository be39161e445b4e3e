import type { TargetedMouseEvent } from 'preact';
import type { ContactDetails } from '../api/types.js';
import { Avatar } from '../components/avatar.jsx';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import { nameOf, otherNameOf, picturePathOf } from './contact-name.js';
import { Highlighted } from './highlighted.jsx';

interface RowTextProps {
  session: string;
  contact: ContactDetails;
  /** Matching parts are marked. */
  search: string;
}

interface RowProps extends RowTextProps {
  /** One row can be reached by Tab, the others by arrows from there. */
  isTabStop: boolean;
}

interface LinkProps extends RowProps {
  href: string;
  isChosen: boolean;
}

/** A contact of a list, as a link. */
export function ContactRow({ href, isChosen, isTabStop, ...content }: LinkProps) {
  return (
    <a class="row" href={href} aria-current={isChosen ? 'true' : undefined} tabIndex={isTabStop ? 0 : -1}>
      <RowContent {...content} />
    </a>
  );
}

interface SelectableProps extends RowProps {
  isSelected: boolean;
  /** @param isRange whether all rows in between are meant as well */
  onToggle: (isRange: boolean) => void;
}

/** A contact of a list, with a checkbox. */
export function SelectableRow({ isSelected, isTabStop, onToggle, ...content }: SelectableProps) {
  const onClick = ({ currentTarget, shiftKey }: TargetedMouseEvent<HTMLDivElement>) => {
    // Keys continue from the row that was clicked.
    currentTarget.querySelector('input')?.focus({ preventScroll: true });
    onToggle(shiftKey);
  };
  return (
    <div class="row selectable" onClick={onClick}>
      <input
        type="checkbox"
        checked={isSelected}
        aria-label={t.find.selectContact(nameOf(content.contact))}
        tabIndex={isTabStop ? 0 : -1}
      />
      <RowContent {...content} />
    </div>
  );
}

function RowContent({ session, contact, search }: RowTextProps) {
  const name = nameOf(contact);
  const other = otherNameOf(contact);
  return (
    <>
      <Avatar
        path={picturePathOf(session, contact)}
        name={name}
        colorBy={contact.id}
        version={contact.picture?.updated_at ?? null}
      />
      <span class="row-text">
        <span class="row-name">
          <Highlighted text={name} search={search} />
          {contact.is_business && (
            <span class="badge" title={t.contact.business}>
              <Icon name="building" />
              <span class="hidden">{t.contact.business}</span>
            </span>
          )}
        </span>
        <span class="row-more">
          <Identifier contact={contact} search={search} />
          {other && (
            <>
              {' · '}
              <Highlighted text={`~${other}`} search={search} />
            </>
          )}
        </span>
      </span>
    </>
  );
}

function Identifier({ contact: { phone, username }, search }: Omit<RowTextProps, 'session'>) {
  if (phone !== null) return <Highlighted text={formatPhone(phone)} search={search} isNumber />;
  return username === null ? (
    <>{t.actions.noNumber}</>
  ) : (
    <Highlighted text={`@${username}`} search={search} />
  );
}
