#!/bin/sh
# Loci, Apache License 2.0.
# `loci mcp` from outside: by hand-written lines, and by the protocol's official client for Python. The last line is the result.
#
#   LOCI_BIN           the program under test; else the last built one of this tree
#   LOCI_TEST_VENV     where the Python environments are made; else .build/mcp-tests
#   run.sh PART...     only these of: lines client1 client2
set -eu
# No caches in the tree.
export PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
environments=${LOCI_TEST_VENV:-$tree/.build/mcp-tests}

if [ -z "${LOCI_BIN:-}" ]; then
    for candidate in "$tree/.build/checks/release/loci" "$tree/.build/debug/loci" "$tree/.build/release/loci"; do
        if [ -x "$candidate" ] && { [ -z "${LOCI_BIN:-}" ] || [ "$candidate" -nt "$LOCI_BIN" ]; }; then LOCI_BIN=$candidate; fi
    done
fi
if [ ! -x "${LOCI_BIN:-}" ]; then
    echo "FAILED: there is no program to test: build it, or set LOCI_BIN"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
export LOCI_BIN

. "$tree/scripts/python-environment.sh"

if ! command -v python3 >/dev/null 2>&1; then
    echo "python3 is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
mkdir -p "$environments"
passed=0
failed=0
skipped=0

for part in ${*:-lines client1 client2}; do
    echo "--- $part"
    python=$environments/$part/bin/python
    case $part in
    lines) python=python3 ;;
    # Its two generations differ in their names, and in how they open a connection.
    client1) environment "$part" mcp==1.30.0 || python= ;;
    client2) environment "$part" mcp==2.3.0 || python= ;;
    *) echo "there is no part $part" && exit 2 ;;
    esac
    if [ -z "$python" ]; then
        skipped=$((skipped + 1))
        continue
    fi
    status=0
    "$python" "$here/$part.py" >"$environments/$part.txt" 2>&1 || status=$?
    cat "$environments/$part.txt"
    # The last line of each part: "title: N passed, N failed, N skipped".
    counts=$(tail -n 1 "$environments/$part.txt" | sed -n 's/^.*: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
    if [ -z "$counts" ]; then
        echo "$part broke off with $status"
        counts="0 1 0"
    fi
    # shellcheck disable=SC2086  # three numbers
    set -- $counts
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
