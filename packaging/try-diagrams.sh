#!/usr/bin/env bash
# Shows pictures to the tools whose languages wfc writes: Mermaid (npm, in Chromium), Graphviz (Debian), D2 (npm)
# and PlantUML (Debian).
#
#   bash packaging/try-diagrams.sh                      install what is missing, and try every example in all of them
#   bash packaging/try-diagrams.sh --install-only       say which tools are there
#   bash packaging/try-diagrams.sh --show TOOL FOLDER   show the pictures in a folder to one tool, if it is there
#
# The last is what the tests do; it installs nothing, and ends with 3 where the tool is missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$root/packaging/page/tools.sh"

tools="$root/target/packaging/diagrams"
all=(mermaid dot d2 plantuml)

is_there() {
  case "$1" in
    mermaid) find_chromium; [ -n "$WFC_CHROMIUM" ] && command -v node > /dev/null \
      && [ -d "$tools/node_modules/mermaid" ] && [ -d "$tools/node_modules/playwright-core" ] ;;
    d2) command -v node > /dev/null && [ -d "$tools/node_modules/@terrastruct/d2" ] ;;
    *) command -v "$1" > /dev/null ;;
  esac
}

debian() {
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$1") > "$work/apt.log" 2>&1 || true
  fi
}

npm_packages() {
  if command -v npm > /dev/null; then
    mkdir -p "$tools"
    npm install --prefix "$tools" --silent --no-fund --no-audit mermaid@11 playwright-core@1 @terrastruct/d2@0.1 > "$work/npm.log" 2>&1 || true
  fi
}

install() {
  case "$1" in
    mermaid) find_chromium; [ -n "$WFC_CHROMIUM" ] || debian chromium; npm_packages ;;
    d2) npm_packages ;;
    dot) debian graphviz ;;
    plantuml) debian plantuml ;;
  esac
}

version() {
  case "$1" in
    dot) dot -V 2>&1 ;;
    plantuml) plantuml -version 2> /dev/null | head -1 ;;
    mermaid) echo "mermaid $(node -p "require('$tools/node_modules/mermaid/package.json').version")" ;;
    d2) echo "@terrastruct/d2 $(node -p "require('$tools/node_modules/@terrastruct/d2/package.json').version")" ;;
  esac
}

# Each prints what the tool says of a picture that it does not take, and the number of those it takes.
show_dot() {
  local n=0 failed=0 said
  for file in "$1"/*.dot; do
    if said="$(dot -Tsvg "$file" -o "$work/out.svg" 2>&1)" && [ -z "$said" ]; then n=$((n + 1)); else
      echo "$(basename "$file"): $said"
      failed=1
    fi
  done
  echo "$n accepted"
  return "$failed"
}

show_plantuml() {
  local failed=0 said
  said="$(PLANTUML_SECURITY_PROFILE=SANDBOX plantuml -charset UTF-8 -failfast2 -tsvg -o "$work/drawn" "$1"/*.puml 2>&1)" || failed=1
  # It says warnings of its own surroundings as well.
  if [ "$failed" = 1 ]; then echo "$said"; fi
  echo "$(find "$work/drawn" -name '*.svg' | wc -l) accepted"
  return "$failed"
}

show_by_node() {
  cp "$root/packaging/try-diagrams/$1.mjs" "$tools/"
  (cd "$tools" && node "$1.mjs" "$2"/*."$3")
}

case "${1:-}" in
  --show)
    is_there "$2" || exit 3
    version "$2"
    case "$2" in
      mermaid) show_by_node mermaid "$3" mmd ;;
      d2) show_by_node d2 "$3" d2 ;;
      *) "show_$2" "$3" ;;
    esac
    ;;
  --install-only | "")
    for tool in "${all[@]}"; do
      is_there "$tool" || install "$tool"
      if is_there "$tool"; then version "$tool"; else echo "$tool: cannot be had here: left out"; fi
    done
    if [ -z "${1:-}" ]; then
      cd "$root"
      cargo test --quiet --locked --test diagrams tools -- --nocapture
    fi
    ;;
  *)
    echo "there is no $1" >&2
    exit 2
    ;;
esac
