#!/bin/sh
# Loci, Apache License 2.0.
# To be read by scripts of tests (`. scripts/python-environment.sh`), which set `environments` to a folder that there is.

# environment NAME PACKAGE...: a Python environment with these packages. Prints why, if it cannot be had.
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
