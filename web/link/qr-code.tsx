import { useEffect, useState } from 'preact/hooks';
import { Countdown } from '../components/ago.jsx';
import { t } from '../i18n/language.js';

/** Modules of white around a code, without which phones do not find it (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** A code to scan. The next one takes the place of the last without a gap. */
export function QrCode({ text, expiresAt }: { text: string | null; expiresAt: string | null }) {
  const [drawn, setDrawn] = useState<DrawnCode | null>(null);
  useEffect(() => {
    if (text === null) return setDrawn(null);
    let isOver = false;
    void draw(text).then((next) => {
      if (!isOver) setDrawn(next);
    });
    return () => {
      isOver = true;
    };
  }, [text]);
  return (
    <figure class="qr">
      {drawn ? (
        <svg
          viewBox={`0 0 ${drawn.size} ${drawn.size}`}
          role="img"
          aria-label={t.link.qrAlt}
          data-text={drawn.text}
        >
          <rect width={drawn.size} height={drawn.size} fill="#fff" />
          <path d={drawn.path} fill="#000" shape-rendering="crispEdges" />
        </svg>
      ) : (
        <p class="qr-empty" role="status">
          {t.link.qrWaiting}
        </p>
      )}
      <figcaption class="faint">
        {text && expiresAt && <Countdown until={expiresAt} />}
        {text && <span> · {t.link.qrNext}</span>}
      </figcaption>
    </figure>
  );
}

interface DrawnCode {
  text: string;
  size: number;
  /** The dark modules. */
  path: string;
}

/** The library follows when there is something to draw. */
async function draw(text: string): Promise<DrawnCode> {
  const { default: qrcode } = await import('qrcode');
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'L' });
  const rows = Array.from({ length: modules.size }, (_, y) =>
    Array.from({ length: modules.size }, (_, x) =>
      modules.get(y, x) ? `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z` : '',
    ).join(''),
  );
  return { text, size: modules.size + 2 * QUIET_ZONE, path: rows.join('') };
}
