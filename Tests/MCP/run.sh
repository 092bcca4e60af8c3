#!/bin/sh
# Loci, Apache License 2.0.
# `loci mcp` from outside: by hand-written lines, and by the protocol's official client for Python. The last line is the result.
#
#   LOCI_BIN           the program under test; else the last built one of this tree
#   LOCI_TEST_VENV     where the Python environments are made; else .build/mcp-tests
#   run.sh PART...     only these of: lines client1 client2
. "$(dirname "$0")/../Parts/parts.sh"

require python3
environments "$tree/.build/mcp-tests"
for part in ${*:-lines client1 client2}; do
    python=$environments/$part/bin/python
    case $part in
    lines) python=python3 ;;
    # Its two generations differ in their names, and in how they open a connection.
    client1) environment "$part" mcp==1.30.0 || python= ;;
    client2) environment "$part" mcp==2.3.0 || python= ;;
    *) echo "there is no part $part" && exit 2 ;;
    esac
    if [ -n "$python" ]; then
        part "$python" "$part"
    else
        skipped=$((skipped + 1))
    fi
done
result
