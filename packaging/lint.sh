#!/usr/bin/env bash
# Holds the files that others' tools read against the schemas of these tools, and the script of pages against a linter.
# Needs the Python registry, and npm for the scripts.
#
#   bash packaging/lint.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
schemas="$(python_tool check-jsonschema)/check-jsonschema"
"$schemas" --builtin-schema vendor.github-actions action.yml
"$schemas" --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci templates/wfc.yml
"$(python_tool pre-commit)/pre-commit" validate-manifest .pre-commit-hooks.yaml
for script in packaging/*.sh packaging/*/*.sh; do bash -n "$script"; done

# The scripts of a page share one function: as one file they are what a browser sees.
if command -v npm > /dev/null; then
  tools="$root/target/packaging/lint"
  mkdir -p "$tools"
  [ -d "$tools/node_modules" ] || npm install --prefix "$tools" --silent --no-fund --no-audit @biomejs/biome@2 > /dev/null
  pages="src/diagram/html"
  scripts="$(sed -n 's/^    include_str!("\(.*\.js\)"),$/\1/p' "$pages/mod.rs")"
  (echo "(() => {"; (cd "$pages" && cat $scripts); echo "})();") > "$work/page.js"
  cp "$pages/page.css" packaging/page/*.cjs packaging/page/biome.json "$work"
  (cd "$work" && "$tools/node_modules/.bin/biome" lint --error-on-warnings .)
else
  echo "no npm: the scripts of pages are left out"
fi
