#!/usr/bin/env bash
# Runs npm test. Passes arguments to Jest. One consumer example is written in Python, which CI installs if it is
# missing. Elsewhere its test is skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${CI:-}" = true ] && ! command -v python3 >/dev/null; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends python3
fi
npm test -- "$@"
