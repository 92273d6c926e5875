#!/usr/bin/env bash
# Makes everything in docs/pictures anew: drawings of the examples, and photographs of pages in both themes.
#
#   bash packaging/make-pictures.sh
#
# Needs Debian's chromium and fonts, npm and the Python registry; see packaging/page/tools.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$root/packaging/page/tools.sh"

page_tools install
cd "$root"
if [ -z "${WFC_BIN:-}" ]; then
  cargo build --quiet --locked
  WFC_BIN="${CARGO_TARGET_DIR:-$root/target}/debug/wfc"
fi
export WFC_BIN
node packaging/page/samples.cjs "$work"

out="$root/docs/pictures"
mkdir -p "$out"
draw() { "$WFC_BIN" graph "$1" --split 0 -o "$out/$2.svg" "${@:3}"; }
draw examples/retail-order-careless retail-order-careless --workflow FulfilOrder
draw examples/retail-order retail-order
draw examples/loan-broker loan-broker
draw examples/mortgage mortgage --view services

node packaging/page/pictures.cjs
# A picture of a page has few colours: with a palette it is a third as large.
"$(python_tool pillow)/python" - "$work" "$out" << 'PYTHON'
import pathlib, sys
from PIL import Image
work, out = map(pathlib.Path, sys.argv[1:])
for path in sorted(work.glob("page-*.png")):
    image = Image.open(path).convert("RGB").quantize(96, dither=Image.Dither.NONE)
    image.save(out / path.name, optimize=True)
PYTHON
du -sh "$out"
