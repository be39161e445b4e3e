#!/usr/bin/env bash
# Starts the built service on the newest version of each supported release line of Node.js, links it to the test server and
# reads a contact; arguments go to jest. The binaries come from npm by name and stay in ~/.cache/whatsapp-contacts.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run test:smoke -- "$@"
