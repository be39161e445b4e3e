#!/usr/bin/env bash
# Builds dist/ from scratch, without files of an earlier build.
set -euo pipefail
cd "$(dirname "$0")/../.."
rm -rf dist
npm run build
