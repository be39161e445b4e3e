import { may } from '../api/access.js';
import type { Session } from '../api/types.js';
import { t } from '../i18n/language.js';
import { PairingCode } from './pairing-code.jsx';
import { PasskeyCeremony } from './passkey-ceremony.jsx';
import { QrCode } from './qr-code.jsx';

/** The ways to link an account, or the passkey that one of them has led to. */
export function LinkView({ session, refresh }: { session: Session; refresh: () => void }) {
  // The status above contains the next step for such a key.
  if (!may('session:link')) return null;
  if (session.passkey)
    return <PasskeyCeremony session={session.name} status={session.passkey} refresh={refresh} />;
  return (
    <section class="link" aria-label={t.link.title}>
      <div class="card">
        <h2>{t.link.qrTitle}</h2>
        <QrCode text={session.qr} expiresAt={session.qr_expires_at} />
        <ol class="steps">
          {t.link.qrSteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </div>
      <div class="card">
        <h2>{t.link.codeTitle}</h2>
        <PairingCode
          session={session.name}
          offer={session.pairing_code}
          isEntered={session.reason_code === 'waiting_for_phone'}
          refresh={refresh}
        />
      </div>
    </section>
  );
}
