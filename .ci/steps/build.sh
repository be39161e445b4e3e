#!/usr/bin/env bash
# Builds dist/ from nothing, so that no left-over of an earlier build helps.
set -euo pipefail
cd "$(dirname "$0")/../.."
rm -rf dist
npm run build
