import { useId } from 'preact/hooks';
import type { ChangeKind } from '../api/types.js';
import { s } from '../i18n/settings/texts.js';
import { Option, OptionGroup } from '../settings/options.jsx';

interface KindProps {
  /** Null for all, including those of later versions. */
  kinds: readonly ChangeKind[] | null;
  complaint: string | null;
  onChange: (kinds: readonly ChangeKind[] | null) => void;
}

/** Which changes a webhook sends. */
export function KindChoice({ kinds, complaint, onChange }: KindProps) {
  const name = useId();
  return (
    <OptionGroup legend={s.newWebhook.kinds} complaint={complaint}>
      <Option
        type="radio"
        name={name}
        label={s.newWebhook.allKinds}
        checked={kinds === null}
        onChange={() => onChange(null)}
      />
      <Option
        type="radio"
        name={name}
        label={s.newWebhook.someKinds}
        checked={kinds !== null}
        onChange={() => onChange([])}
      />
      {kinds !== null && (
        <div class="sub-options">
          {(Object.keys(s.kinds) as ChangeKind[]).map((kind) => (
            <Option
              key={kind}
              type="checkbox"
              label={s.kinds[kind]}
              checked={kinds.includes(kind)}
              onChange={(isChecked) =>
                onChange(isChecked ? [...kinds, kind] : kinds.filter((other) => other !== kind))
              }
            />
          ))}
        </div>
      )}
    </OptionGroup>
  );
}
