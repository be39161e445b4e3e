#!/usr/bin/env bash
# Installs exactly what package-lock.json names.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm ci
