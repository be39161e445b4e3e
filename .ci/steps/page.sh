#!/usr/bin/env bash
# Fails if the first load of the web page exceeds its budget for scripts. Requires the build.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run page:check
