import { useId } from 'preact/hooks';
import { Icon } from '../components/icon.jsx';
import { s } from '../i18n/settings/texts.js';
import { OptionGroup } from '../settings/options.jsx';
import { MAX_HEADERS, type TypedHeader } from './webhook-headers.js';

interface HeaderProps {
  headers: readonly TypedHeader[];
  complaint: string | null;
  onChange: (headers: readonly TypedHeader[]) => void;
}

/** Headers that a webhook adds to each delivery. */
export function HeaderFields({ headers, complaint, onChange }: HeaderProps) {
  return (
    <OptionGroup legend={s.webhooks.headers} complaint={complaint}>
      <p class="faint">{s.webhookDetails.headersHint}</p>
      {headers.map((header, at) => (
        <HeaderRow
          key={at}
          header={header}
          onChange={(changed) => onChange(headers.with(at, changed))}
          onRemove={() => onChange(headers.toSpliced(at, 1))}
        />
      ))}
      {headers.length < MAX_HEADERS && (
        <p>
          <button type="button" class="chip" onClick={() => onChange([...headers, { name: '', value: '' }])}>
            {s.webhookDetails.addHeader}
          </button>
        </p>
      )}
    </OptionGroup>
  );
}

interface RowProps {
  header: TypedHeader;
  onChange: (header: TypedHeader) => void;
  onRemove: () => void;
}

function HeaderRow({ header, onChange, onRemove }: RowProps) {
  const id = useId();
  const field = (part: keyof TypedHeader, label: string) => (
    <div>
      <label for={`${id}-${part}`}>{label}</label>
      <input
        id={`${id}-${part}`}
        dir="ltr"
        value={header[part]}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => onChange({ ...header, [part]: currentTarget.value })}
      />
    </div>
  );
  return (
    <div class="header-row">
      {field('name', s.webhookDetails.headerName)}
      {field('value', s.webhookDetails.headerValue)}
      <button
        type="button"
        class="quiet round"
        aria-label={s.webhookDetails.removeHeader(header.name)}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
