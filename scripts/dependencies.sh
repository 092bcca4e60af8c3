#!/bin/sh
# Loci, Apache License 2.0.
# Installs the system's libraries that Loci is built with. Says nothing when all is there.
set -eu

if [ "$(uname -s)" = Darwin ]; then
    if ! { command -v brew && brew list lmdb snowball; } >/dev/null 2>&1; then
        echo "lmdb or snowball is missing: run  brew install lmdb snowball" >&2
        exit 1
    fi
    exit 0
fi

needed="liblmdb-dev zlib1g-dev libstemmer-dev"
# For the check of the NEON kernels on other processors (Tests/Cross), and of the server with clients of Redis (Tests/Server);
# for the pages of `loci inspect` (Tests/Inspect) and the blocks of documents (Tests/Documentation); matrix products of sentence transformers, for those who build with the trait OpenBLAS.
optional="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user redis-tools python3-venv openssl chromium libopenblas-dev"

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    for header in lmdb.h zlib.h libstemmer.h; do
        if [ ! -e "/usr/include/$header" ] && [ ! -e "/usr/local/include/$header" ]; then
            echo "$header is missing: install the development files of LMDB, zlib and libstemmer (Debian: $needed)" >&2
            exit 1
        fi
    done
    exit 0
fi

# Prints those of the packages that are not installed.
missing() {
    for package in "$@"; do
        # One line for each architecture that the package is known for; "not-installed" is a state too.
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            printf '%s ' "$package"
    done
}

# shellcheck disable=SC2086  # the lists are split into words on purpose
missing_needed=$(missing $needed)
# shellcheck disable=SC2086
missing_optional=$(missing $optional)
if [ -z "$missing_needed$missing_optional" ]; then exit 0; fi

root=""
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1; then
        root="sudo"
    elif [ -n "$missing_needed" ]; then
        echo "missing: ${missing_needed}(run as root:  apt-get install $missing_needed)" >&2
        exit 1
    else
        echo "not installed, so some checks are skipped: $missing_optional" >&2
        exit 0
    fi
fi

# install PACKAGE...: quiet unless it fails.
install() {
    if ! output=$($root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" 2>&1); then
        printf '%s\n' "$output" >&2
        return 1
    fi
}

echo "installing: $missing_needed$missing_optional"
$root apt-get update -qq >/dev/null 2>&1 || echo "apt-get update failed; going on with the known packages" >&2
if [ -n "$missing_needed" ]; then
    # shellcheck disable=SC2086
    install $missing_needed
fi
for package in $missing_optional; do
    install "$package" 2>/dev/null ||
        echo "$package cannot be installed: the checks that need it are skipped" >&2
done
