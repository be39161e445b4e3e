import { useEffect, useId } from 'preact/hooks';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import { s } from '../i18n/settings/texts.js';
import type { SessionList } from '../sessions/session-list.js';
import { accountLabel } from '../settings/account-label.js';
import { Option, OptionGroup } from '../settings/options.jsx';

interface ChoiceProps {
  legend: string;
  list: SessionList | null;
  /** Names of sessions. Null for all. */
  chosen: readonly string[] | null;
  complaint: string | null;
  onChange: (chosen: readonly string[] | null) => void;
}

/** Which accounts a key can access. */
export function AccountChoice({ legend, list, chosen, complaint, onChange }: ChoiceProps) {
  const name = useId();
  const names = list?.sessions.value?.map((session) => session.name) ?? [];
  useEffect(() => void loadPhoneNumbers(), []);
  return (
    <OptionGroup legend={legend} complaint={complaint}>
      <Option
        type="radio"
        name={name}
        label={s.accounts.all}
        hint={s.accounts.allHint}
        checked={chosen === null}
        onChange={() => onChange(null)}
      />
      <Option
        type="radio"
        name={name}
        label={s.accounts.some}
        checked={chosen !== null}
        onChange={() => onChange([])}
      />
      {chosen !== null && (
        <div class="sub-options">
          {names.map((each) => (
            <Option
              key={each}
              type="checkbox"
              label={<bdi>{accountLabel(each, list)}</bdi>}
              checked={chosen.includes(each)}
              onChange={(isChecked) =>
                onChange(isChecked ? [...chosen, each] : chosen.filter((other) => other !== each))
              }
            />
          ))}
          {list?.hasMore.value && (
            <button type="button" onClick={() => list.more()}>
              {s.accounts.more}
            </button>
          )}
        </div>
      )}
    </OptionGroup>
  );
}
