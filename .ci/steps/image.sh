#!/usr/bin/env bash
# Builds the image, starts it and its Postgres with docker-compose.yml, and checks its liveness and readiness probes.
# Requires Docker. Removes the containers and the volume.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A separate project name, so that containers and volumes of the developer are not touched.
export COMPOSE_PROJECT_NAME=whatsapp-contacts-ci PORT="${PORT:-18888}"
compose() { docker compose "$@"; }
finish() {
  local code=$?
  if [ "$code" -ne 0 ]; then compose logs --no-color || true; fi
  compose down --volumes --remove-orphans
  exit "$code"
}
trap finish EXIT
compose build
compose up --detach --wait --wait-timeout 120
for probe in livez readyz; do
  curl --fail --silent --show-error --max-time 5 "http://127.0.0.1:$PORT/$probe"
  echo
done
