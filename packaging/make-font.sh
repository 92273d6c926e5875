#!/usr/bin/env bash
# Makes the two fonts that PNG pictures are written with: src/diagram/png/wfc-sans*.ttf.
#
#   apt-get install fonts-liberation2 && bash packaging/make-font.sh
#
# They are Liberation Sans without the letters and the hints that pictures do not need. Its licence, the SIL
# Open Font License, wants another name for what was changed: Wfc Sans.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

fonts=/usr/share/fonts/truetype/liberation2
out="$root/src/diagram/png"
bin="$(python_tool fonttools)"
for pair in Regular:wfc-sans Bold:wfc-sans-bold; do
  # Latin, Greek, Cyrillic, Hebrew, punctuation, currencies, arrows, mathematics, boxes.
  "$bin/pyftsubset" "$fonts/LiberationSans-${pair%%:*}.ttf" --output-file="$work/font.ttf" \
    --unicodes="20-7E,A0-24F,2B0-36F,370-52F,590-5FF,1E00-1EFF,2000-206F,2070-209F,20A0-20BF,2100-214F,2190-21FF,2200-22FF,2500-25FF,FFFD" \
    --layout-features=kern,mark,mkmk,ccmp,liga --no-hinting --desubroutinize --notdef-outline \
    --name-IDs='*' --no-recalc-timestamp
  "$bin/python" - "$work/font.ttf" "$out/${pair##*:}.ttf" "${pair%%:*}" << 'PYTHON'
import sys
from fontTools.ttLib import TTFont
source, target, style = sys.argv[1:]
font = TTFont(source, recalcTimestamp=False)
names = {1: "Wfc Sans", 2: style, 3: f"Wfc Sans {style}", 4: f"Wfc Sans {style}", 6: f"WfcSans-{style}"}
font["name"].names = [it for it in font["name"].names if it.nameID in {0, 5, 13, 14, *names}]
for it in font["name"].names:
    it.string = names.get(it.nameID, str(it))
font.save(target)
PYTHON
done
sed -n '/^Files: \*/,/^Files: debian/p' /usr/share/doc/fonts-liberation2/copyright | sed '1d;/^Files: debian/d;s/^ \.$//;s/^ //' > "$out/LICENSE-OFL"
ls -l "$out"
