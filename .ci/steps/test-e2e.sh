#!/usr/bin/env bash
# Runs the end-to-end tests that are not part of `npm test`, if package.json has such; arguments go to jest.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run test:e2e --if-present -- "$@"
