#!/usr/bin/env bash
# Fails when the API document or the types of its client differ from what the code says, and when the document breaks a lint rule.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run openapi:check
