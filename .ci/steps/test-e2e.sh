#!/usr/bin/env bash
# Runs the tests in a real browser (test/browser). Passes arguments to Jest. CI installs Chromium if it is missing.
# Elsewhere the tests are skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${CI:-}" = true ] && ! command -v chromium chromium-browser >/dev/null; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends chromium
fi
npm run test:e2e -- "$@"
