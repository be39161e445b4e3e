#!/usr/bin/env bash
# Fails if the initial script of the web page exceeds its size limit. Requires a build.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run page:check
