#!/usr/bin/env bash
# Checks deploy/ and .github/workflows: manifests, Compose files, workflows, and the alert rules with promtool.
# CI installs promtool if it is missing. Elsewhere the rules are skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run deploy:check
if [ "${CI:-}" = true ] && ! command -v promtool >/dev/null; then
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $as_root apt-get update -q
  $as_root apt-get install -q -y --no-install-recommends prometheus
fi
if command -v promtool >/dev/null; then
  promtool check rules deploy/prometheus/rules.yml
  promtool test rules deploy/prometheus/rules.test.yml
else
  echo 'promtool is missing (Debian: apt-get install prometheus): the alert rules are not checked.'
fi
