#!/usr/bin/env bash
# Runs the tests of npm test, and those in a browser (test/browser) and in LibreOffice (test/office), in one run. Passes
# arguments to Jest. One consumer example is written in Python. CI installs Python, Chromium, Firefox and LibreOffice if they
# are missing. Elsewhere, tests that need them are skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=()
command -v python3 >/dev/null || missing+=(python3)
command -v chromium chromium-browser >/dev/null || missing+=(chromium)
command -v firefox-esr firefox >/dev/null || missing+=(firefox-esr)
command -v soffice libreoffice >/dev/null || missing+=(libreoffice-calc-nogui)
if [ "${CI:-}" = true ] && [ ${#missing[@]} -gt 0 ]; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends "${missing[@]}"
fi
npm test -- --config jest.all.config.js "$@"
