-- A session as a person would have it. Ends Neovim with 0 when everything came out as it should.
local passed = 0

local function wait(what, condition)
  if not vim.wait(60000, condition, 20) then
    error('nothing came of: ' .. what)
  end
end

local function step(name, what)
  what()
  passed = passed + 1
  print('ok  ' .. name .. '\n')
end

--- The first result of a request at a place, counted from 0.
local function ask(buffer, method, line, column, more)
  local params = vim.tbl_extend('force', {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = line, character = column },
  }, more or {})
  for _, answer in pairs(vim.lsp.buf_request_sync(buffer, method, params, 60000) or {}) do
    if answer.result then
      return answer.result
    end
  end
end

local function line_of(buffer, line)
  return vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
end

local function check()
  vim.o.hidden = true
  require('rulec').setup({ cmd = { vim.env.RULELS, '--stdio' } })
  vim.cmd('edit b.yaml')
  vim.cmd('setfiletype yaml')
  local buffer = vim.api.nvim_get_current_buf()

  step('it attaches and shows a diagnostic', function()
    wait('a diagnostic', function() return #vim.diagnostic.get(buffer) == 1 end)
    local found = vim.diagnostic.get(buffer)[1]
    assert(found.lnum == 2 and found.col == 25 and found.end_col == 34, vim.inspect(found))
    assert(found.code == 'E0102', vim.inspect(found))
  end)

  step('hover shows what a macro stands for', function()
    local hover = ask(buffer, 'textDocument/hover', 2, 15)
    assert(hover and hover.contents.value:find('evt.type = execve', 1, true), vim.inspect(hover))
  end)

  step('a misspelt field completes', function()
    local list = ask(buffer, 'textDocument/completion', 2, 31)
    local labels = {}
    for _, item in ipairs(list and list.items or {}) do
      labels[item.label] = true
    end
    assert(labels['proc.name'], vim.inspect(vim.tbl_count(labels)))
  end)

  step('a quick fix repairs it', function()
    local actions = ask(buffer, 'textDocument/codeAction', 2, 25, {
      range = { start = { line = 2, character = 25 }, ['end'] = { line = 2, character = 25 } },
      context = { diagnostics = {} },
    })
    local applied = false
    for _, action in ipairs(actions or {}) do
      if not applied and action.kind == 'quickfix' and action.title:find('proc.name', 1, true) then
        vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
        applied = true
      end
    end
    assert(applied, vim.inspect(actions))
    assert(line_of(buffer, 2) == '  condition: spawned and proc.name = x')
    wait('no diagnostic', function() return #vim.diagnostic.get(buffer) == 0 end)
  end)

  step('an edit gives a new diagnostic', function()
    vim.api.nvim_buf_set_lines(buffer, 4, 5, false, { '  priority: INFFO' })
    wait('a diagnostic', function() return #vim.diagnostic.get(buffer) == 1 end)
    assert(vim.diagnostic.get(buffer)[1].lnum == 4)
    vim.api.nvim_buf_set_lines(buffer, 4, 5, false, { '  priority: INFO' })
    wait('no diagnostic', function() return #vim.diagnostic.get(buffer) == 0 end)
  end)

  step('the effective rule has the macro in it', function()
    local page = ask(buffer, 'rulec/effectiveRule', 2, 15)
    assert(type(page) == 'string' and page:find('evt.type = execve', 1, true), vim.inspect(page))
  end)

  if vim.lsp.inlay_hint then
    step('remarks and colours are there for versions that show them', function()
      local all = ask(buffer, 'textDocument/inlayHint', 0, 0, {
        range = { start = { line = 0, character = 0 }, ['end'] = { line = 5, character = 0 } },
      })
      assert(all and all[1] and all[1].label == 'execve', vim.inspect(all))
      wait('colours', function() return #(vim.lsp.semantic_tokens.get_at_pos(buffer, 2, 14) or {}) > 0 end)
    end)
  end

  step('the command shows the effective rule', function()
    vim.api.nvim_win_set_cursor(0, { 3, 15 })
    vim.cmd('RulecEffectiveRule')
    wait('a window', function() return #vim.api.nvim_list_wins() > 1 end)
    local shown
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if window ~= vim.api.nvim_get_current_win() then
        shown = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
        vim.api.nvim_win_close(window, true)
      end
    end
    assert(shown and shown:find('evt.type = execve', 1, true), shown)
  end)

  step('a macro is found in another file', function()
    vim.api.nvim_win_set_cursor(0, { 3, 15 })
    vim.lsp.buf.definition()
    wait('the jump', function() return vim.fn.expand('%:t') == 'a.yaml' end)
    vim.cmd('edit b.yaml')
  end)

  step('a rename reaches both files', function()
    vim.api.nvim_win_set_cursor(0, { 3, 15 })
    vim.lsp.buf.rename('started')
    wait('the rename', function() return line_of(buffer, 2) == '  condition: started and proc.name = x' end)
    local other = vim.fn.bufadd('a.yaml')
    vim.fn.bufload(other)
    wait('the rename in the other file', function() return line_of(other, 0) == '- macro: started' end)
  end)

  step('both files are written and stay right', function()
    vim.cmd('silent wall')
    wait('no diagnostic', function() return #vim.diagnostic.get() == 0 end)
    assert(vim.fn.readfile('a.yaml')[1] == '- macro: started')
    assert(vim.fn.readfile('b.yaml')[3] == '  condition: started and proc.name = x')
  end)
end

local ok, problem = pcall(check)
if ok then
  print('neovim: ' .. passed .. ' passed, 0 failed\n')
  vim.cmd('qall!')
else
  print(tostring(problem) .. '\nneovim: ' .. passed .. ' passed, 1 failed\n')
  vim.cmd('cquit 1')
end
