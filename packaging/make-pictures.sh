#!/usr/bin/env bash
# Makes everything in docs/pictures anew: the drawings of the examples, and photographs of pages in both themes.
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
  BLESS=1 cargo test --quiet --locked --test cli pictures
  cargo build --quiet --locked
  WFC_BIN="${CARGO_TARGET_DIR:-$root/target}/debug/wfc"
fi
export WFC_BIN
node packaging/page/samples.cjs "$work"

out="$root/docs/pictures"
node packaging/page/pictures.cjs
# A picture of a page has few colours: with a palette it is a third as large.
"$(python_tool pillow)/python" - "$work" "$out" << 'PYTHON'
import pathlib, sys
from PIL import Image
work, out = map(pathlib.Path, sys.argv[1:])
for path in sorted(work.glob("page-*.png")):
    image = Image.open(path).convert("RGB").quantize(160, dither=Image.Dither.NONE)
    image.save(out / path.name, optimize=True)
PYTHON
du -sh "$out"
