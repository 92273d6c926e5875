#!/usr/bin/env bash
# Uses pages of `wfc graph` and of `wfc serve` in a real browser without a screen.
#
#   bash packaging/try-page.sh [--found-only|--install-only]
#
# Chromium comes from Debian and what drives it from npm, into target/, where they are not there yet; with
# --found-only nothing is installed, and with --install-only nothing else is done. Where there is no browser to
# be had it says so and ends with 3.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$root/packaging/page/tools.sh"

page_tools "$([ "${1:-}" = --found-only ] || echo install)"
if [ "${1:-}" = --install-only ]; then
  echo "page: $("$WFC_CHROMIUM" --version 2> /dev/null), playwright-core and node $(node --version) are there"
  exit 0
fi
cd "$root"
if [ -z "${WFC_BIN:-}" ]; then
  cargo build --quiet --locked
  WFC_BIN="${CARGO_TARGET_DIR:-$root/target}/debug/wfc"
fi
export WFC_BIN
node packaging/page/try.cjs
