#!/usr/bin/env bash
# Runs the tests as the README says; arguments go to jest (.ci/run asks for a file of results). One consumer of the documentation is in
# Python, which CI installs by name; elsewhere, without it, that one is left out, and it says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${CI:-}" = true ] && ! command -v python3 >/dev/null; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends python3
fi
npm test -- "$@"
