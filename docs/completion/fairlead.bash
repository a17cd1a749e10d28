# Completion of fairlead in bash: sourced by bash-completion from where it is installed, or by hand. What a folder's files
# are called is nothing that a shell may expand: names with odd characters are left to the completion of file names.
_fairlead() {
    local word=${COMP_WORDS[COMP_CWORD]} candidate
    COMPREPLY=()
    while read -r candidate _; do
        if [[ $candidate == "$word"* && $candidate != *[!a-zA-Z0-9._/+=:,@%-]* ]]; then COMPREPLY+=("$candidate"); fi
    done < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _fairlead fairlead
