# Chromium and what drives it: found, or installed where that can be done. Sets what the scripts read.

find_chromium() {
  WFC_CHROMIUM="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
  export WFC_CHROMIUM
}

# Ends with 3 where there is no browser to be had.
page_tools() {
  export WFC_ROOT="$root" WFC_WORK="$work"
  find_chromium
  if [ -z "$WFC_CHROMIUM" ] && [ "${1:-}" = install ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium) > "$work/apt.log" 2>&1 || true
    WFC_CHROMIUM="$(command -v chromium || true)"
  fi
  local tools="$root/target/packaging/page"
  if command -v npm > /dev/null && [ "${1:-}" = install ] && [ ! -d "$tools/node_modules/playwright-core" ]; then
    mkdir -p "$tools"
    npm install --prefix "$tools" --silent --no-fund --no-audit playwright-core@1 > "$work/npm.log" 2>&1 || true
  fi
  export WFC_CHROMIUM WFC_PLAYWRIGHT="$tools/node_modules/playwright-core"
  if [ -z "$WFC_CHROMIUM" ] || ! command -v node > /dev/null || [ ! -d "$WFC_PLAYWRIGHT" ]; then
    echo "page: no Chromium, node or playwright-core: left out"
    exit "${2:-3}"
  fi
}
