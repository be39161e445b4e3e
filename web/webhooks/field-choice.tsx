import { useId } from 'preact/hooks';
import type { ContactField } from '../api/types.js';
import { s } from '../i18n/settings/texts.js';
import { Option, OptionGroup } from '../settings/options.jsx';

/** In the order in which contacts contain them. */
const FIELDS = Object.keys({
  id: true,
  jid: true,
  phone: true,
  lid: true,
  username: true,
  push_name: true,
  full_name: true,
  first_name: true,
  business_name: true,
  is_business: true,
  about: true,
  picture: true,
  identity_key: true,
  saved: true,
  moved_to: true,
  moved_from: true,
  updated_at: true,
} satisfies Record<ContactField, true>) as ContactField[];

interface FieldProps {
  /** Null for all, including those of later versions. */
  fields: readonly ContactField[] | null;
  complaint: string | null;
  onChange: (fields: readonly ContactField[] | null) => void;
}

/** Which fields of contacts a webhook sends, by their names in deliveries. */
export function FieldChoice({ fields, complaint, onChange }: FieldProps) {
  const name = useId();
  return (
    <OptionGroup legend={s.webhookDetails.fields} complaint={complaint}>
      <Option
        type="radio"
        name={name}
        label={s.webhookDetails.allFields}
        checked={fields === null}
        onChange={() => onChange(null)}
      />
      <Option
        type="radio"
        name={name}
        label={s.webhookDetails.someFields}
        checked={fields !== null}
        onChange={() => onChange([])}
      />
      {fields !== null && (
        <div class="sub-options">
          {FIELDS.map((field) => (
            <Option
              key={field}
              type="checkbox"
              label={<code>{field}</code>}
              checked={fields.includes(field)}
              onChange={(isChecked) =>
                onChange(isChecked ? [...fields, field] : fields.filter((other) => other !== field))
              }
            />
          ))}
        </div>
      )}
    </OptionGroup>
  );
}
