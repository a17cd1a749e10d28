#!/bin/sh
# Whoever follows a reference finds something: every .md file that a comment or a document names is in the tree, and every
# heading that a link or a comment leads to is there.
#   documents.sh SOURCE_DIR
set -u
cd "$1" || exit 2
failed=0

say() {
    echo "$1"
    failed=1
}

files() { # every text of the tree, build folders and results left out
    find . -type d \( -name .git -o -name 'build*' -o -name results \) -prune -o -type f \
        \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.md' -o -name '*.sh' -o -name '*.py' -o -name '*.gp' \
        -o -name '*.txt' -o -name '*.cmake' -o -name '*.json' -o -name '*.in' -o ! -name '*.*' \) -print
}

matches() { # REGEX: FILE:LINE:TEXT
    files | xargs -d '\n' grep -HnoE "$1"
}

# A name is looked for from the root, also behind a slash, as C adds it to a folder, and from the folder of whoever names
# it; a name behind a $VARIABLE is made by a script.
check_names() {
    matches '[$A-Za-z0-9_./-]*[A-Za-z0-9_-]+\.md\>' | while IFS=: read -r file line name; do
        case "$name" in *'$'*) continue ;; esac
        [ -e "./$name" ] || [ -e "$(dirname "$file")/$name" ] || echo "$file:$line: there is no $name"
    done
}

# As GitHub makes them: lower case, punctuation dropped, blanks to hyphens.
anchors() { # FILE
    sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_links() {
    for file in *.md docs/*.md bench/*.md; do
        grep -noE '\]\(#[^)]*\)' "$file" | sed 's/](#//; s/)$//' | while IFS=: read -r line link; do
            anchors "$file" | grep -qxF -e "$link" || echo "$file:$line: no heading for the link #$link"
        done
    done
}

# A heading is cited by the document, a comma and its words in double quotes.
check_headings() {
    matches '[A-Za-z/]+\.md, "[^"]+"' | while IFS=: read -r file line citation; do
        document="${citation%%, *}" heading="${citation#*, }"
        heading="${heading#\"}" heading="${heading%\"}"
        grep -qsxE "#+ $heading" "$document" || echo "$file:$line: $document has no heading '$heading'"
    done
}

[ "$(files | wc -l)" -gt 100 ] || say "the tree has too few files: $1"
wrong="$(check_names; check_links; check_headings)"
[ -z "$wrong" ] || say "$wrong"
exit "$failed"
