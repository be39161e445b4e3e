import { may } from '../api/access.js';
import type { ContactDetails } from '../api/types.js';
import { CopyButton } from '../components/copy-button.jsx';
import { download } from '../components/download.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { nameOf } from './contact-name.js';
import { fileNameOf } from './export-file.js';

interface ActionsProps {
  session: string;
  contact: ContactDetails;
}

/** Buttons to copy the number, call, open the chat and save the contact. */
export function ContactActions({ session, contact }: ActionsProps) {
  const { phone } = contact;
  return (
    <div class="contact-actions" role="group" aria-label={t.actions.label}>
      {phone !== null && (
        <>
          <CopyButton text={`+${phone}`} label={t.actions.copyNumber} />
          <a class="button" href={`tel:+${phone}`}>
            <Icon name="phone" />
            {t.actions.call}
          </a>
          <a
            class="button"
            href={`https://wa.me/${phone}`}
            target="_blank"
            rel="noopener noreferrer"
            title={t.actions.chatHint}
          >
            <Icon name="chat" />
            {t.actions.chat}
          </a>
        </>
      )}
      {may('contacts:export') && <SaveButton session={session} contact={contact} />}
    </div>
  );
}

function SaveButton({ session, contact }: ActionsProps) {
  const save = useAction(() => {
    const parameters = new URLSearchParams({ ids: contact.id, version: '3.0', photo: 'true' });
    const file = fileNameOf([nameOf(contact), session], 'vcf', new Date());
    return download(`sessions/${session}/contacts.vcf?${parameters.toString()}`, file);
  });
  return (
    <>
      <button type="button" disabled={save.isRunning} onClick={() => void save.run()}>
        <Icon name="download" />
        {t.actions.save}
      </button>
      {save.error && <ErrorNotice error={save.error} />}
    </>
  );
}
