# Completion of fairlead in bash: sourced by bash-completion from where it is installed, or by hand.
_fairlead() {
    local word=${COMP_WORDS[COMP_CWORD]} candidates
    candidates=$("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -d' ' -f1)
    mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _fairlead fairlead
