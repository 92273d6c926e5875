#!/usr/bin/env bash
# Installs wfc for action.yml: a released binary, or else the source of the action.
#
# WFC_VERSION     a release, `source`, or nothing: the release of this source, or else the source
# WFC_REPOSITORY  owner/name of the repository that has the releases
# WFC_SERVER      where that repository is
# WFC_SOURCE      the checkout that this script is in
# RUNNER_TEMP, GITHUB_OUTPUT: as the runner sets them
set -euo pipefail

wanted="${WFC_VERSION#v}"
version="$wanted"
if [ -z "$version" ]; then
  version="$(sed -n 's/^version = "\(.*\)"/\1/p' "$WFC_SOURCE/Cargo.toml" | head -n 1)"
fi
into="$RUNNER_TEMP/wfc"
mkdir -p "$into"

# The names that dist-workspace.toml gives to archives.
archive() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo wfc-cli-x86_64-unknown-linux-musl.tar.gz ;;
    Linux-aarch64) echo wfc-cli-aarch64-unknown-linux-musl.tar.gz ;;
    Darwin-x86_64) echo wfc-cli-x86_64-apple-darwin.tar.gz ;;
    Darwin-arm64) echo wfc-cli-aarch64-apple-darwin.tar.gz ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo wfc-cli-x86_64-pc-windows-msvc.zip ;;
    *) return 1 ;;
  esac
}

sum() {
  if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Every step says `|| return`, because `set -e` sleeps in a function that is asked whether it worked.
download() {
  local name from
  name="$(archive)" || return
  [ -n "${WFC_REPOSITORY:-}" ] || return
  from="$WFC_SERVER/$WFC_REPOSITORY/releases/download/v$version/$name"
  curl --fail --silent --location --retry 3 --output "$into/$name" "$from" || return
  curl --fail --silent --location --retry 3 --output "$into/$name.sha256" "$from.sha256" || return
  if [ "$(sum "$into/$name")" != "$(cut -d ' ' -f 1 "$into/$name.sha256")" ]; then
    echo "::error::wfc: $name is not what its checksum says"
    exit 2
  fi
  case "$name" in
    *.zip) unzip -q -o -j "$into/$name" -d "$into" ;;
    *) tar -xzf "$into/$name" -C "$into" --strip-components 1 ;;
  esac
}

if [ "$wanted" != source ] && download; then
  bin="$into/wfc"
elif [ -n "$wanted" ] && [ "$wanted" != source ]; then
  echo "::error::wfc: there is no release $wanted of '${WFC_REPOSITORY:-}' for this machine"
  exit 2
else
  echo "::notice::wfc is built from source, which takes some minutes"
  cargo install --quiet --locked --path "$WFC_SOURCE" --root "$into"
  bin="$into/bin/wfc"
fi

"$bin" --version
echo "wfc=$bin" >> "$GITHUB_OUTPUT"
