#!/usr/bin/env bash
# Fails if the API document or the client types are outdated, or if the document violates a lint rule.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run openapi:check
