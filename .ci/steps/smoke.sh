#!/usr/bin/env bash
# Starts the built service on the newest version of each supported Node.js release line, links it to the test server,
# and reads a contact. Passes arguments to Jest. The binaries are npm packages, cached in ~/.cache/whatsapp-contacts.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run test:smoke -- "$@"
