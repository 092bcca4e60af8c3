#!/bin/sh
# Loci, Apache License 2.0.
# Every code block of the documents and every example, run as they stand there. The last line is the result.
#
#   LOCI_BIN           the program under test; else that of the tests' build
#   LOCI_TEST_VENV     where the Python environments are made; else .build/documentation-tests
set -eu
# No caches in the tree.
export PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
environments=${LOCI_TEST_VENV:-$tree/.build/documentation-tests}
loci=${LOCI_BIN:-$tree/.build/checks/release/loci}
if [ ! -x "$loci" ]; then
    echo "FAILED: there is no program to test: run make test, or set LOCI_BIN"
    exit 1
fi

. "$tree/scripts/python-environment.sh"

for tool in python3 redis-cli openssl; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "documentation: skipped: $tool is not installed"
        exit 0
    fi
done
mkdir -p "$environments"
if ! environment client redis==6.4.0 mcp==1.30.0; then
    echo "documentation: skipped: the packages of its clients cannot be had"
    exit 0
fi
"$environments/client/bin/python" "$here/main.py" "$loci" "$(dirname "$(readlink -f "$loci")")"
