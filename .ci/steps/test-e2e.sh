#!/usr/bin/env bash
# Runs the tests in a real browser (test/browser) and in LibreOffice (test/office). Passes arguments to Jest. CI
# installs both if they are missing. Elsewhere the tests are skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=()
command -v chromium chromium-browser >/dev/null || missing+=(chromium)
command -v soffice libreoffice >/dev/null || missing+=(libreoffice-calc-nogui)
if [ "${CI:-}" = true ] && [ "${#missing[@]}" -gt 0 ]; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends "${missing[@]}"
fi
npm run test:e2e -- "$@"
