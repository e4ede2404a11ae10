-- Rule files stay YAML for highlighting and other tools; the language server tells them by their content.
vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, {
  pattern = { '*.falco.yaml', '*.falco.yml', 'falco_rules*.yaml' },
  callback = function()
    if vim.bo.filetype == '' then
      vim.bo.filetype = 'yaml'
    end
  end,
})
