#!/usr/bin/env bash
# Uses pages of `wfc graph` and of `wfc serve` in a real browser without a screen.
#
#   bash packaging/try-page.sh [--found-only]
#
# Chromium comes from Debian and what drives it from npm, into target/, where they are not there yet; with
# --found-only nothing is installed. Where there is no browser to be had it says so and ends with 3.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$root/packaging/page/tools.sh"

page_tools "$([ "${1:-}" = --found-only ] || echo install)"
cd "$root"
if [ -z "${WFC_BIN:-}" ]; then
  cargo build --quiet --locked
  WFC_BIN="${CARGO_TARGET_DIR:-$root/target}/debug/wfc"
fi
export WFC_BIN
node packaging/page/try.cjs
