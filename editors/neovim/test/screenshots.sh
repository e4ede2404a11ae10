#!/bin/sh
# Pictures for the documentation, from the real Neovim in a terminal: screenshots.sh RULELS FOLDER
# Needs Debian's neovim, xvfb, xterm, imagemagick and fonts-dejavu-core.
set -eu
RULELS=$(realpath "$1")
pictures=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
export RULELS
folder=$(mktemp -d)
node -e '
  const { FILES } = require(process.argv[1]);
  for (const [name, text] of Object.entries(FILES)) require("node:fs").writeFileSync(`${process.argv[2]}/${name}`, text);
' "$here/../../sample.js" "$folder"
cat > "$folder/init.lua" <<'LUA'
vim.o.termguicolors = true
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.cmd('colorscheme desert')
vim.cmd('highlight Normal guibg=#202020')
vim.cmd('highlight SignColumn guibg=#202020')
vim.cmd('highlight NormalFloat guibg=#383838 guifg=#e0e0e0')
vim.cmd('highlight NonText guibg=#202020 guifg=#606060')
vim.cmd('highlight EndOfBuffer guibg=#202020 guifg=#606060')
vim.o.laststatus = 0
require('rulec').setup({ cmd = { vim.env.RULELS, '--stdio' } })
LUA
# A display that is free.
number=90
while [ -e "/tmp/.X11-unix/X$number" ]; do number=$((number + 1)); done
Xvfb ":$number" -screen 0 1300x400x24 -nolisten tcp > /dev/null 2>&1 &
server=$!
export DISPLAY=":$number"
trap 'kill $server 2> /dev/null || true; rm -rf "$folder"' EXIT
sleep 1
cd "$folder"
# Without the pointer.
xterm -xrm 'XTerm*pointerMode: 3' -fa 'DejaVu Sans Mono' -fs 11 -geometry 140x20+0+0 -bg '#202020' -fg '#e0e0e0' -e \
    nvim -u init.lua --cmd "set rtp+=$here/.." --listen "$folder/socket" local_rules.yaml &
terminal=$!
keys() { nvim --server "$folder/socket" --remote-send "$1"; }
shot() {
    sleep 1
    import -window root -silent "$folder/shot.png"
    convert "$folder/shot.png[0]" -trim +repage "$pictures/neovim-$1.png"
    echo "neovim-$1.png"
}
sleep 3
keys ':10<CR>'
shot diagnostics
keys ':lua vim.api.nvim_win_set_cursor(0, {10, 8})<CR>:lua vim.lsp.buf.hover()<CR>'
shot hover
keys ':qall!<CR>'
wait $terminal || true
