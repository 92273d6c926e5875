#!/usr/bin/env bash
# Runs `wfc check` for action.yml: annotations on standard output, SARIF and a summary beside it.
#
# WFC_BIN      the program
# WFC_PATHS    files and folders, one a line
# WFC_ARGS     more arguments, parted by spaces
# WFC_SUMMARY  `true` writes the summary of the job
# RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY: as the runner sets them
set -euo pipefail

sarif="$RUNNER_TEMP/wfc.sarif"
markdown="$RUNNER_TEMP/wfc.md"
rm -f "$sarif" "$markdown"

reports=(--report "sarif=$sarif")
if [ "$WFC_SUMMARY" = true ]; then
  reports+=(--report "markdown=$markdown")
fi

args=()
read -r -a args <<< "${WFC_ARGS//$'\n'/ }"

paths=()
while IFS= read -r path; do
  if [ -n "$path" ]; then paths+=("$path"); fi
done <<< "$WFC_PATHS"

# What is empty is spelled so because the bash of macOS calls an empty list unset.
code=0
"$WFC_BIN" check --format github "${reports[@]}" ${args[@]+"${args[@]}"} -- ${paths[@]+"${paths[@]}"} || code=$?

echo "exit-code=$code" >> "$GITHUB_OUTPUT"
# Code scanning does not read suppressions, and would open an alert for what was accepted.
if [ -f "$sarif" ] && command -v jq > /dev/null; then
  jq -c 'del(.runs[].results[] | select(.suppressions != []))' "$sarif" > "$sarif.shown"
  mv "$sarif.shown" "$sarif"
fi
if [ -f "$sarif" ]; then echo "sarif-file=$sarif" >> "$GITHUB_OUTPUT"; fi
if [ -f "$markdown" ]; then cat "$markdown" >> "$GITHUB_STEP_SUMMARY"; fi
exit "$code"
