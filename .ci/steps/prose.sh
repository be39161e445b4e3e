#!/usr/bin/env bash
# Checks English texts against prose.yml.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run prose
