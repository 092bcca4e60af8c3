#!/bin/sh
# Loci, Apache License 2.0.
#
# Builds kernels_check.c for AArch64 and runs it in an emulator. Arguments go to the program: a seed.
set -eu

compiler=${LOCI_CROSS_CC:-aarch64-linux-gnu-gcc}
emulator=${LOCI_CROSS_EMULATOR:-qemu-aarch64}
for tool in "$compiler" "$emulator"; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "skipped: $tool is not installed"
        exit 0
    fi
done

here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../Sources/CVectorKernels
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$compiler" -std=c11 -O2 -static -ffp-contract=off -Wall -Wextra -Werror -I"$kernels/include" \
    "$here/kernels_check.c" "$kernels"/*.c -o "$folder/kernels_check"
"$emulator" -cpu max "$folder/kernels_check" "$@"
