#!/usr/bin/env bash
# Shows every view of every example, and of names that no language was made for, to the tools whose languages wfc
# writes: Mermaid (npm, in Chromium), Graphviz, D2 (npm) and PlantUML. Installs what is missing where that is
# possible; a tool that cannot be had is named and left out.
#
#   packaging/try-diagrams.sh            all tools
#   packaging/try-diagrams.sh dot d2     only these
set -euo pipefail
cd "$(dirname "$0")/.."

tools=("$@")
[ ${#tools[@]} -gt 0 ] || tools=(mermaid dot d2 plantuml)
work="${WFC_DIAGRAM_TOOLS:-$(mktemp -d)}"
mkdir -p "$work/in"

install_debian() {
  command -v apt-get >/dev/null && { apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 || true; }
}
install_npm() {
  command -v npm >/dev/null || return 0
  (cd "$work" && [ -f package.json ] || npm init -y >/dev/null 2>&1
   cd "$work" && npm install --no-audit --no-fund "$@" >/dev/null 2>&1 || true)
}

if [ -n "${WFC:-}" ]; then wfc="$WFC"; else
  cargo build --quiet
  wfc=target/debug/wfc
fi

# ---- what is shown --------------------------------------------------------------------------------------------
hostile="$work/hostile.wfc"
cat >"$hostile" <<'WFC'
service `"]<script>alert(1)</script>` {
  team "%%{init: {}}%% --> end"
  command `${x} \N $$ *b* _i_`() -> int { fails `-->|x|`; undone by `</text><b>` () }
  command `</text><b>`()
  event `@enduml "; }] #quot; &amp;`()
  event `!include /etc/passwd %getenv("HOME")`()
}
service `שלום علم‏ 日本 🚀` { event `subgraph end [[ {{ ((`() }
workflow `end` {
  orchestrated by `"]<script>alert(1)</script>`
  starts when `subgraph end [[ {{ ((`
  success `classDef x fill:#000`
  failure `javascript:alert(1)`(why: string)
  step `click a href "x"` = `"]<script>alert(1)</script>`.`${x} \N $$ *b* _i_`() {
    on `-->|x|` { undo all; end `javascript:alert(1)`("' onload=x <!-- ]]> |md") }
  }
  publish `@enduml "; }] #quot; &amp;`()
  end `classDef x fill:#000`
  on outage { undo all; end `javascript:alert(1)`("-- x \\") }
}
WFC
declare -A endings=([mermaid]=mmd [dot]=dot [d2]=d2 [plantuml]=puml)
views=(flow services sequence events compensation matrix)
for tool in "${tools[@]}"; do
  for view in "${views[@]}"; do
    for example in examples/*/ "$hostile"; do
      name="$(basename "$example" .wfc)"
      file="$work/in/$name-$view.${endings[$tool]}"
      if [ "$view" = flow ] || [ "$view" = sequence ]; then
        # Workflows that have nothing to do with each other are drawn one by one.
        grep -rhoE '^workflow `?[^({`]+`?' "$example" | sed 's/^workflow //; s/`//g; s/ *$//' | while read -r workflow; do
          one="$work/in/$name-$view-$(echo "$workflow" | tr -cd 'A-Za-z0-9').${endings[$tool]}"
          "$wfc" graph "$example" --view "$view" --workflow "$workflow" --split 0 -o "$one" 2>/dev/null || true
        done
      else
        "$wfc" graph "$example" --view "$view" --split 0 -o "$file"
      fi
    done
  done
done

# ---- the tools ------------------------------------------------------------------------------------------------
failed=0
tell() { printf '%-9s %s\n' "$1" "$2"; }

try_dot() {
  command -v dot >/dev/null || install_debian graphviz
  command -v dot >/dev/null || { tell dot "skipped: graphviz is not there"; return; }
  local n=0
  for file in "$work"/in/*.dot; do
    if ! said="$(dot -Tsvg "$file" -o "$work/out.svg" 2>&1)" || [ -n "$said" ]; then
      tell dot "$(basename "$file"): $said"; failed=1
    fi
    n=$((n + 1))
  done
  tell dot "$n pictures, $(dot -V 2>&1)"
}

try_plantuml() {
  command -v plantuml >/dev/null || install_debian plantuml
  command -v plantuml >/dev/null || { tell plantuml "skipped: plantuml is not there"; return; }
  local n
  n="$(ls "$work"/in/*.puml | wc -l)"
  if ! said="$(plantuml -charset UTF-8 -syntax <"$work/in/$(ls "$work/in" | grep puml | head -1)" 2>&1)"; then :; fi
  if ! said="$(PLANTUML_SECURITY_PROFILE=SANDBOX plantuml -charset UTF-8 -failfast2 -tsvg -o "$work/puml" "$work"/in/*.puml 2>&1)"; then
    tell plantuml "$said"; failed=1
  fi
  tell plantuml "$n pictures, $(plantuml -version 2>/dev/null | head -1)"
}

try_d2() {
  [ -d "$work/node_modules/@terrastruct/d2" ] || install_npm @terrastruct/d2
  [ -d "$work/node_modules/@terrastruct/d2" ] || { tell d2 "skipped: @terrastruct/d2 cannot be installed"; return; }
  cp packaging/try-diagrams/d2.mjs "$work/"
  (cd "$work" && node d2.mjs in/*.d2) || failed=1
}

try_mermaid() {
  [ -x "$(command -v chromium || true)" ] || install_debian chromium
  [ -d "$work/node_modules/mermaid" ] && [ -d "$work/node_modules/playwright-core" ] || install_npm mermaid@11 playwright-core
  if [ ! -d "$work/node_modules/mermaid" ] || [ ! -x "$(command -v chromium || true)" ]; then
    tell mermaid "skipped: mermaid or Chromium cannot be installed"; return
  fi
  cp packaging/try-diagrams/mermaid.mjs "$work/"
  (cd "$work" && node mermaid.mjs in/*.mmd) || failed=1
}

for tool in "${tools[@]}"; do "try_$tool"; done
exit "$failed"
