#!/usr/bin/env bash
# Starts the built service on the newest version of each supported Node.js release line, links it to the test server
# and reads a contact. Passes arguments to jest. Installs the Node.js binaries from npm and caches them in
# ~/.cache/whatsapp-contacts.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run test:smoke -- "$@"
