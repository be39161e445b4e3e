import type { Scope } from '../api/types.js';
import { s } from '../i18n/settings/texts.js';
import { Option, OptionGroup } from '../settings/options.jsx';
import { SCOPE_GROUPS, withScope } from './scopes.js';

interface ScopeProps {
  scopes: readonly Scope[];
  complaint: string | null;
  onChange: (scopes: readonly Scope[]) => void;
}

type Group = keyof typeof SCOPE_GROUPS;

/** Permissions of a key, in words. `admin` includes all others. */
export function ScopeChoice({ scopes, complaint, onChange }: ScopeProps) {
  const isAdmin = scopes.includes('admin');
  const groups = Object.entries(SCOPE_GROUPS) as [Group, readonly Scope[]][];
  return (
    <OptionGroup legend={s.newKey.scopes} complaint={complaint}>
      {groups.map(([group, ofGroup]) => (
        <div key={group} class="option-group" role="group" aria-label={s.newKey.groups[group]}>
          <p class="faint" aria-hidden="true">
            {s.newKey.groups[group]}
          </p>
          {ofGroup.map((scope) => (
            <Option
              key={scope}
              type="checkbox"
              {...s.scopes[scope]}
              checked={isAdmin || scopes.includes(scope)}
              disabled={isAdmin && scope !== 'admin'}
              onChange={(isChecked) => onChange(withScope(scopes, scope, isChecked))}
            />
          ))}
        </div>
      ))}
      <details>
        <summary>{s.newKey.scopeNames}</summary>
        <dl class="facts">
          {groups
            .flatMap(([, ofGroup]) => ofGroup)
            .map((scope) => (
              <div key={scope} class="fact">
                <dt>{s.scopes[scope].label}</dt>
                <dd>
                  <code>{scope}</code>
                </dd>
              </div>
            ))}
        </dl>
      </details>
    </OptionGroup>
  );
}
