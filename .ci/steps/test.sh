#!/usr/bin/env bash
# Runs the README's test command. Passes arguments to jest (.ci/run requests a results file). One example in the docs
# is written in Python, which CI installs by name. Without Python, its test is skipped with a notice.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${CI:-}" = true ] && ! command -v python3 >/dev/null; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends python3
fi
npm test -- "$@"
