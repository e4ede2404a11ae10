#!/bin/sh
# Drives real editors against the language server, headless: Debian's Neovim, and VS Code (code-server from npm) in
# Debian's Chromium. From a clean clone, as root where packages are missing: editors/test.sh [PATH-OF-RULELS]
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

failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT
for editor in neovim vscode; do
    echo "-- $editor"
    editors/$editor/test/run.sh "$server" > "$output" 2>&1 || failed=$((failed + 1))
    cat "$output"
done
echo "editors: $((2 - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
