import { nowMs } from '../api/clock.js';
import type { Session } from '../api/types.js';
import { Notice } from '../components/notice.jsx';
import { t } from '../i18n/language.js';
import { to } from '../route.js';
import { obstacleOf } from './connection.js';

/** Reports above a view that changes of the phone do not arrive, and why. Details are on the overview. */
export function ConnectionBanner({ session }: { session: Session }) {
  const obstacle = obstacleOf(session, nowMs.value);
  if (!obstacle) return null;
  const { tone, title, what } = obstacle;
  return (
    <Notice tone={tone} title={title} what={what} todo={null}>
      <p>
        <a href={to({ view: 'overview', session: session.name })}>{t.connection.whatToDo}</a>
      </p>
    </Notice>
  );
}
