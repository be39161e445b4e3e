import { useId } from 'preact/hooks';
import { s } from '../i18n/settings/texts.js';
import { TextField } from '../settings/text-field.jsx';
import { EXPIRIES, type Expiry } from './expiry.js';

interface ExpiryProps {
  expiry: Expiry;
  /** Last day as YYYY-MM-DD, for `date`. */
  date: string;
  complaint: string | null;
  onExpiry: (expiry: Expiry) => void;
  onDate: (date: string) => void;
}

export function ExpiryChoice({ expiry, date, complaint, onExpiry, onDate }: ExpiryProps) {
  const id = useId();
  return (
    <>
      <div class="field">
        <label for={id}>{s.newKey.expires}</label>
        <select id={id} value={expiry} onChange={(event) => onExpiry(event.currentTarget.value as Expiry)}>
          {EXPIRIES.map((each) => (
            <option key={each} value={each}>
              {s.newKey.expiries[each]}
            </option>
          ))}
        </select>
      </div>
      {expiry === 'date' && (
        <TextField label={s.newKey.date} type="date" value={date} complaint={complaint} onInput={onDate} />
      )}
    </>
  );
}
