# Loci, Apache License 2.0.
# What the checks from outside share. To be read by the run.sh of a folder of Tests, which then has
#
#   here, tree         its folder, and the project's
#   LOCI_BIN           the program under test: what was given, or else the last built one of the tree
#   require NAME...    ends it, as one that was skipped, unless all these programs are installed
#   environments FOLDER, environment NAME PACKAGE...
#                      Python environments: where they are (unless LOCI_TEST_VENV says), and one of them, with these packages
#   part PYTHON NAME   runs NAME.py of its folder, and counts what its last line says: "title: N passed, N failed, N skipped"
#   result             prints the counts of all parts; its status is that of the whole
#
# shellcheck shell=sh
set -eu
# No caches in the tree.
export PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
export PYTHONPATH="$tree/Tests/Parts${PYTHONPATH:+:$PYTHONPATH}"
passed=0
failed=0
skipped=0

result() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}

if [ -z "${LOCI_BIN:-}" ]; then
    for candidate in "$tree/.build/checks/release/loci" "$tree/.build/debug/loci" "$tree/.build/release/loci"; do
        if [ -x "$candidate" ] && { [ -z "${LOCI_BIN:-}" ] || [ "$candidate" -nt "$LOCI_BIN" ]; }; then LOCI_BIN=$candidate; fi
    done
fi
if [ ! -x "${LOCI_BIN:-}" ]; then
    echo "FAILED: there is no program to test: build it, or set LOCI_BIN"
    failed=1
    result
    exit 1
fi
export LOCI_BIN

require() {
    for program in "$@"; do
        if ! command -v "$program" >/dev/null 2>&1; then
            echo "skipped: $program is not installed"
            skipped=1
            result
            exit 0
        fi
    done
}

environments() {
    environments=${LOCI_TEST_VENV:-$1}
    mkdir -p "$environments"
}

# Prints why, if it cannot be had. What is missing shall not take the rest with it.
environment() {
    folder=$environments/$1
    shift
    if [ -e "$folder/complete" ] && [ "$(cat "$folder/complete")" = "$*" ]; then return 0; fi
    rm -rf "$folder"
    if ! python3 -m venv "$folder" >"$environments/log.txt" 2>&1; then
        echo "python3 -m venv fails: $(tail -n 1 "$environments/log.txt")"
        return 1
    fi
    if ! "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" >"$environments/log.txt" 2>&1; then
        echo "pip cannot install $*: $(tail -n 1 "$environments/log.txt")"
        return 1
    fi
    echo "$*" >"$folder/complete"
}

part() {
    echo "--- $2"
    status=0
    printed=$(mktemp)
    "$1" "$here/$2.py" >"$printed" 2>&1 || status=$?
    cat "$printed"
    counts=$(tail -n 1 "$printed" | sed -n 's/^.*: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
    rm -f "$printed"
    if [ -z "$counts" ]; then
        echo "$2 broke off with $status"
        counts="0 1 0"
    fi
    # shellcheck disable=SC2086  # three numbers
    set -- $counts
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
}
