// The rule files of the pictures in the documentation.
'use strict';

const FILES = {
  'rulec.toml': 'rules = ["base_rules.yaml", "local_rules.yaml"]\n',
  'base_rules.yaml': `- list: shells
  items: [ash, bash, csh, dash, fish, ksh, sh, tcsh, zsh]

- macro: spawned_process
  condition: evt.type in (execve, execveat)

- macro: in_container
  condition: container.id != host
`,
  'local_rules.yaml': `- list: shells
  items: [busybox]
  override:
    items: append

# A shell that nobody at a keyboard has asked for.
- rule: Shell in a container
  desc: A shell was started in a container by a program that is no shell.
  condition: >
    spawned_process and in_container and proc.nmae in (shells)
    and not proc.pname in (shells)
  output: Shell started | command=%proc.cmdline parent=%proc.pname
  priority: WARNING
  tags: [container, T1059.004]
`,
};

module.exports = { FILES };
