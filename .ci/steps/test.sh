#!/usr/bin/env bash
# Runs the tests as the README says; arguments go to jest (.ci/run asks for a file of results).
set -euo pipefail
cd "$(dirname "$0")/../.."
npm test -- "$@"
