#!/usr/bin/env bash
# Builds both images and checks their liveness and readiness probes: the default one with its Postgres, from
# docker-compose.yml, and the standalone one. Requires Docker. Removes the containers and the volumes.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A separate project name, so that containers and volumes of the developer are not touched.
export COMPOSE_PROJECT_NAME=whatsapp-contacts-ci PORT="${PORT:-18888}" IMAGE=whatsapp-contacts:ci
standalone=whatsapp-contacts-ci-standalone
compose() { docker compose "$@"; }
finish() {
  local code=$?
  if [ "$code" -ne 0 ]; then compose logs --no-color || true; fi
  compose down --volumes --remove-orphans
  docker rm --force --volumes "$standalone" >/dev/null 2>&1 || true
  exit "$code"
}
trap finish EXIT
compose build
compose up --detach --wait --wait-timeout 120
check() { # options of curl
  for probe in livez readyz; do
    curl --fail --silent --show-error --max-time 5 "$@" "http://127.0.0.1:$PORT/$probe"
    echo
  done
}
check
compose stop
docker build --target standalone --tag whatsapp-contacts:ci-standalone .
docker run --detach --name "$standalone" --publish "127.0.0.1:$PORT:8888" whatsapp-contacts:ci-standalone
check --retry 60 --retry-delay 1 --retry-all-errors
key=$(docker exec "$standalone" cat /data/api-key)
curl --fail --silent --show-error --header "Authorization: Bearer $key" "http://127.0.0.1:$PORT/session" >/dev/null
