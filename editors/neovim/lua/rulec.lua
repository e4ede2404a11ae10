-- Starts the language server for Falco rules with the built-in client of Neovim 0.7 and later.
local M = {}

local defaults = {
  cmd = { 'rulels', '--stdio' },
  -- Files beside which the root is.
  root_markers = { 'rulec.toml', 'falco.yaml', '.git' },
  settings = {},
  on_attach = nil,
  capabilities = nil,
}

--- The folder of the nearest marker at or above a file, else the file's own.
local function root_of(file, markers)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  local at = folder
  while true do
    for _, marker in ipairs(markers) do
      local path = at .. '/' .. marker
      if vim.fn.filereadable(path) == 1 or vim.fn.isdirectory(path) == 1 then
        return at
      end
    end
    local above = vim.fn.fnamemodify(at, ':h')
    if above == at then
      return folder
    end
    at = above
  end
end

--- Whether a buffer holds rules, by its name or its first items.
function M.is_rules(buffer)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':t')
  if name:match('rules.*%.ya?ml$') or name:match('%.falco%.ya?ml$') then
    return true
  end
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, 200, false)) do
    if line:match('^%s*%- rule:') or line:match('^%s*%- macro:') or line:match('^%s*%- list:')
      or line:match('^%s*%- required_engine_version:') then
      return true
    end
  end
  return false
end

local clients = {}

--- Attaches the server of the buffer's root, starting it if needed. Gives the client's number.
function M.attach(buffer)
  local options = M.options
  local root = root_of(vim.api.nvim_buf_get_name(buffer), options.root_markers)
  local config = {
    name = 'rulec',
    cmd = options.cmd,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
    init_options = options.settings,
    settings = { rulec = options.settings },
    on_attach = options.on_attach,
    capabilities = vim.tbl_deep_extend(
      'force',
      options.capabilities or vim.lsp.protocol.make_client_capabilities(),
      { experimental = { commands = { 'rulec.rename', 'rulec.showReferences' } } }
    ),
    commands = {
      -- An extracted macro or list waits for its name.
      ['rulec.rename'] = function(command)
        -- Blanks and letters of ASCII stand before it, so that every encoding counts alike.
        local position = command.arguments[2]
        vim.api.nvim_win_set_cursor(0, { position.line + 1, position.character })
        vim.lsp.buf.rename()
      end,
      -- The remark above a macro or list: all places in the quickfix list.
      ['rulec.showReferences'] = function(command, context)
        local encoding = vim.lsp.get_client_by_id(context.client_id).offset_encoding
        local items = vim.lsp.util.locations_to_items(command.arguments[3], encoding)
        vim.fn.setqflist({}, ' ', { title = command.title, items = items })
        vim.cmd('copen')
      end,
    },
  }
  if vim.lsp.start then
    local id
    vim.api.nvim_buf_call(buffer, function() id = vim.lsp.start(config) end)
    return id
  end
  -- Neovim 0.7 has only the lower half.
  local id = clients[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    id = vim.lsp.start_client(config)
    clients[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
  return id
end

--- Shows Markdown in a window above the text.
local function float(text)
  if type(text) == 'string' then
    vim.lsp.util.open_floating_preview(vim.split(text, '\n'), 'markdown', { border = 'single' })
  end
end

--- The clients of a buffer; Neovim 0.10 has given the function another name.
local function clients_of(buffer)
  return vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = buffer }) or vim.lsp.buf_get_clients(buffer)
end

local function request(method, params)
  vim.lsp.buf_request(0, method, params, function(_, result) float(result) end)
end

--- The rule at the cursor after everything that changes it.
function M.effective_rule()
  for _, client in pairs(clients_of(0)) do
    if client.name == 'rulec' then
      request('rulec/effectiveRule', vim.lsp.util.make_position_params(0, client.offset_encoding))
    end
  end
end

--- The page of a diagnostic's code; without one, that of the diagnostic under the cursor.
function M.explain(code)
  if not code or code == '' then
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    local here = vim.diagnostic.get(0, { lnum = line })[1]
    code = here and here.code or ''
  end
  request('workspace/executeCommand', { command = 'rulec.explain', arguments = { code } })
end

--- Sets the server up; `options` override the defaults at the top of this file.
function M.setup(options)
  M.options = vim.tbl_deep_extend('force', defaults, options or {})
  vim.api.nvim_create_autocmd('FileType', {
    pattern = { 'yaml', 'falco-rules' },
    group = vim.api.nvim_create_augroup('rulec', { clear = true }),
    callback = function(event)
      if event.match == 'falco-rules' or M.is_rules(event.buf) then
        M.attach(event.buf)
      end
    end,
  })
  vim.api.nvim_create_user_command('RulecEffectiveRule', M.effective_rule, {})
  vim.api.nvim_create_user_command('RulecExplain', function(event) M.explain(event.args) end, { nargs = '?' })
end

M.options = defaults
return M
