#!/bin/sh
# Drives a headless Neovim against the server: test/run.sh PATH-OF-RULELS. Needs nvim 0.7.2 or later.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
RULELS=$(realpath "${1:?path of rulels}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'rules = ["a.yaml", "b.yaml"]\n' > "$folder/rulec.toml"
printf -- '- macro: spawned\n  condition: evt.type = execve\n' > "$folder/a.yaml"
printf -- '- rule: r\n  desc: d\n  condition: spawned and proc.nmae = x\n  output: o\n  priority: INFO\n' > "$folder/b.yaml"
export RULELS
cd "$folder"
# Version 0.7.2 has no -l.
timeout 300 nvim --headless -u NONE -n --cmd "set rtp+=$here/.." -c "luafile $here/session.lua"
