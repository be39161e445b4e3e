#!/usr/bin/env bash
# Checks the types of everything, tests and tools included.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run types
