-- A session as a person would have it. Ends Neovim with 0 when everything came out as it should.
local function check()
  local function wait(what, condition)
    if not vim.wait(15000, condition, 20) then
      error('nothing came of: ' .. what)
    end
  end
  vim.o.hidden = true
  require('rulec').setup({ cmd = { vim.env.RULELS, '--stdio' } })
  vim.cmd('edit b.yaml')
  vim.cmd('setfiletype yaml')
  local buffer = vim.api.nvim_get_current_buf()

  wait('a diagnostic', function() return #vim.diagnostic.get(buffer) == 1 end)
  local found = vim.diagnostic.get(buffer)[1]
  assert(found.lnum == 2 and found.col == 25 and found.end_col == 34, vim.inspect(found))
  assert(found.code == 'E0102', vim.inspect(found))
  print('diagnostic ok')

  local params = vim.lsp.util.make_given_range_params({ 3, 25 }, { 3, 25 }, buffer, 'utf-16')
  params.context = { diagnostics = {} }
  local answers = vim.lsp.buf_request_sync(buffer, 'textDocument/codeAction', params, 10000)
  local applied = false
  for _, answer in pairs(answers or {}) do
    for _, action in ipairs(answer.result or {}) do
      if not applied and action.kind == 'quickfix' and action.title:find('proc.name', 1, true) then
        vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
        applied = true
      end
    end
  end
  assert(applied, vim.inspect(answers))
  assert(vim.api.nvim_buf_get_lines(buffer, 2, 3, false)[1] == '  condition: spawned and proc.name = x')
  wait('no diagnostic', function() return #vim.diagnostic.get(buffer) == 0 end)
  print('quick fix ok')

  vim.api.nvim_win_set_cursor(0, { 3, 15 })
  vim.lsp.buf.rename('started')
  wait('the rename', function()
    return vim.api.nvim_buf_get_lines(buffer, 2, 3, false)[1] == '  condition: started and proc.name = x'
  end)
  local other = vim.fn.bufadd('a.yaml')
  vim.fn.bufload(other)
  wait('the rename in the other file', function()
    return vim.api.nvim_buf_get_lines(other, 0, 1, false)[1] == '- macro: started'
  end)
  print('rename ok')
end

local ok, problem = pcall(check)
if ok then
  vim.cmd('qall!')
else
  print(problem)
  vim.cmd('cquit 1')
end
