#!/usr/bin/env bash
# Fails when the page at / loads more script at first than its budget allows. Needs the build.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run page:check
