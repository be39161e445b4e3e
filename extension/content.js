/**
 * Looks for a link of the service, https://web.whatsapp.com/#whatsapp-contacts=<address>, and offers to confirm it. The
 * address is that of the service's passkey route, with the one-time token behind its `#`.
 */
(() => {
  const PREFIX = '#whatsapp-contacts=';
  const PANEL = 'whatsapp-contacts-passkey';
  const api = globalThis.browser ?? globalThis.chrome;

  /** A style sheet object: an inline style would be subject to the policy of the page. */
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    section { padding: 20px; border-radius: 12px; background: #fff; color: #111; box-shadow: 0 8px 40px #0006;
      font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
    h1 { margin: 0 0 8px; font-size: 17px; }
    p { margin: 0 0 12px; }
    button { padding: 8px 16px; border: 0; border-radius: 8px; background: #00695c; color: #fff; font: inherit; }
    button:disabled { background: #777; }
    button:focus-visible { outline: 3px solid #80cbc4; }
    output { display: block; margin-top: 12px; }
    @media (prefers-color-scheme: dark) { section { background: #1f2c33; color: #e9edef; } }
  `);

  /** One property after the other: a style attribute would be subject to that policy as well. */
  const PLACE = Object.entries({
    position: 'fixed',
    'z-index': '2147483647',
    top: '24px',
    right: '24px',
    width: '320px',
    background: 'Canvas',
    'border-radius': '12px',
  });

  const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

  function showPanel(address) {
    document.getElementById(PANEL)?.remove();
    const host = Object.assign(document.createElement('div'), { id: PANEL });
    const root = host.attachShadow({ mode: 'open' });
    // Older versions of Firefox refuse the sheet to an extension; the panel then has the browser's own look.
    try {
      root.adoptedStyleSheets = [sheet];
    } catch {
      host.style.setProperty('display', 'block');
    }
    for (const [name, value] of PLACE) host.style.setProperty(name, value);
    const button = element('button', 'Confirm with passkey');
    const outcome = element('output', '');
    button.addEventListener('click', async (event) => {
      // Not a click that the page itself has made.
      if (!event.isTrusted) return;
      button.disabled = true;
      outcome.textContent = 'Waiting for the passkey …';
      const answer = await api.runtime
        .sendMessage({ type: 'confirm', address: address.href })
        .catch((error) => ({ error: error.message }));
      button.disabled = !answer?.error;
      outcome.textContent = answer?.error ?? 'Confirmed. Continue on the page of the service.';
    });
    const panel = document.createElement('section');
    panel.append(
      element('h1', 'Link whatsapp-contacts'),
      element('p', `The service at ${address.host} wants to be linked to your WhatsApp account.`),
      button,
      outcome,
    );
    root.append(panel);
    document.documentElement.append(host);
  }

  function takeLink() {
    if (!location.hash.startsWith(PREFIX)) return;
    const encoded = location.hash.slice(PREFIX.length);
    // The page has no use for the token.
    history.replaceState(history.state, '', location.pathname + location.search);
    const address = addressIn(encoded);
    if (address && /^https?:$/.test(address.protocol) && address.hash.length > 1) showPanel(address);
  }

  /** Null when the link was cut or mistyped. */
  function addressIn(encoded) {
    try {
      return new URL(decodeURIComponent(encoded));
    } catch {
      return null;
    }
  }

  if (window !== top) return;
  takeLink();
  // In a tab that already shows WhatsApp, opening the link does not reload the page.
  addEventListener('hashchange', takeLink);
})();
