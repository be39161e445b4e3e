#!/usr/bin/env bash
# ESLint without warnings, the formatter, and the direction of imports.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run lint
