#!/usr/bin/env bash
# Fails when the migrations make other tables than the entities describe; on an embedded Postgres of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
DATABASE_URL='' DATA_DIR="$data" npm run migration:drift
