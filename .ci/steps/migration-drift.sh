#!/usr/bin/env bash
# Fails if the tables of the migrations differ from the entities. Uses a new embedded Postgres.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
DATABASE_URL='' DATA_DIR="$data" npm run migration:drift
