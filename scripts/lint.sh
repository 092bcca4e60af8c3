#!/bin/sh
# Loci, Apache License 2.0.
# The style of the sources and the rules of the repository. Prints every fault, and fails if there is one.
set -eu
cd "$(dirname "$0")/.."

failed=0
fault() {
    printf 'lint: %s\n' "$1" >&2
    failed=1
}

swift_paths="Sources Tests Package.swift"
if [ -d Benchmarks ]; then swift_paths="$swift_paths Benchmarks"; fi
if [ -d Fuzz ]; then swift_paths="$swift_paths Fuzz"; fi

# shellcheck disable=SC2086  # the list is split into words on purpose
${SWIFT:-swift} format lint --strict -r -p $swift_paths || fault "not formatted: run  make format"

# Files that git knows or would add, so that what was built is left out.
files=$(git ls-files --cached --others --exclude-standard 2>/dev/null) ||
    files=$(find . -name .build -prune -o -type f -print | sed 's|^\./||')

for file in $files; do
    if [ ! -f "$file" ]; then continue; fi
    case "$file" in
    *.swift | *.c | *.h)
        # Package.swift must begin with the version of the tools.
        case "$file" in
        # Steps of tutorials are shown as they are.
        *Package.swift | *.docc/*) ;;
        *)
            case "$(head -n 1 "$file")" in
            "// Loci, Apache License 2.0.") ;;
            *) fault "$file: the first line must be  // Loci, Apache License 2.0." ;;
            esac
            ;;
        esac
        ;;
    *.sh | .ci/run)
        case "$(head -n 1 "$file")" in
        *bash*) shell=bash ;;
        *) shell=sh ;;
        esac
        "$shell" -n "$file" || fault "$file: does not parse"
        ;;
    esac
    case "$file" in
    Sources/*)
        lines=$(wc -l <"$file")
        if [ "$lines" -gt 700 ]; then fault "$file: $lines lines, the limit is 700: split it by concept"; fi
        if grep -nE 'TODO|FIXME|fatalError\(|try!|unsafeFlags' "$file" >&2; then
            fault "$file: has one of TODO, FIXME, fatalError(, try!, unsafeFlags"
        fi
        ;;
    esac
done

if [ "$failed" -eq 0 ]; then echo "lint: no fault found"; fi
exit "$failed"
