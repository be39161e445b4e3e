#!/usr/bin/env bash
# Checks all types, including tests and tools.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run types
