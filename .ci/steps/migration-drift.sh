#!/usr/bin/env bash
# Fails if the migrations create other tables than the entities describe. Uses a separate embedded Postgres.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
DATABASE_URL='' DATA_DIR="$data" npm run migration:drift
