/** What completes words of `kubectl ofed`: kubectl runs it, and reads candidates from it. */
const KUBECTL = `#!/bin/sh
# Completes "kubectl ofed": to be put on the PATH as kubectl_complete-ofed, executable.
exec kubectl-ofed __complete -- "$@"
`;

const BASH = `# Completes "kubectl-ofed": source it, or put it into /etc/bash_completion.d.
_kubectl_ofed() {
  local IFS=$'\\n' words
  words=$(kubectl-ofed __complete -- "\${COMP_WORDS[@]:1:$COMP_CWORD}" 2>/dev/null | grep -v '^:' | cut -f1)
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _kubectl_ofed kubectl-ofed
`;

const ZSH = `#compdef kubectl-ofed
# Completes "kubectl-ofed": put it into a folder of $fpath as _kubectl-ofed.
local -a candidates
candidates=("\${(@f)$(kubectl-ofed __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null | grep -v '^:' | cut -f1)}")
compadd -a candidates
`;

const FISH = `# Completes "kubectl-ofed": put it into ~/.config/fish/completions/kubectl-ofed.fish.
function __kubectl_ofed
  set -l words (commandline -opc) (commandline -ct)
  kubectl-ofed __complete -- $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c kubectl-ofed -f -a '(__kubectl_ofed)'
`;

/** @see https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/ */
export const SCRIPTS = { kubectl: KUBECTL, bash: BASH, zsh: ZSH, fish: FISH } as const;
