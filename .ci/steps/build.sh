#!/usr/bin/env bash
# Deletes dist/ and builds it, so that files of earlier builds have no effect.
set -euo pipefail
cd "$(dirname "$0")/../.."
rm -rf dist
npm run build
