#!/bin/sh
# Loci, Apache License 2.0.
# The command line and the library as a new user would use them, on small generated data.
set -eu
cd "$(dirname "$0")/../.."

SWIFT=${SWIFT:-swift}
loci="$($SWIFT build --show-bin-path)/loci"
work=$(mktemp -d "${TMPDIR:-/tmp}/loci-end-to-end.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM

fail() {
    echo "end to end: $1" >&2
    exit 1
}

# A number out of one line of JSON.
field() { sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p" | head -n 1; }

"$loci" generate --count 4000 --dimension 48 --seed 1 --to "$work/base.fvecs"
"$loci" generate --count 200 --dimension 48 --seed 1 --clusters 63 --skip 4000 --to "$work/queries.npy"
"$loci" truth --from "$work/base.fvecs" --queries "$work/queries.npy" --metric l2 --k 10 --output "$work/truth.ivecs"

for quantization in lvq4x8 lvq8 lvq4x4 lvq4 float16 float32; do
    "$loci" build "$work/db.loci" "$quantization" --from "$work/base.fvecs" --quantization "$quantization"
    recall=$("$loci" query "$work/db.loci" "$quantization" --queries "$work/queries.npy" \
        --ground-truth "$work/truth.ivecs" --window 100 --json | field recall)
    least=0.98
    if [ "$quantization" = lvq4 ]; then least=0.75; fi
    awk "BEGIN { exit !($recall >= $least) }" || fail "recall of $quantization is $recall, below $least"
    echo "end to end: $quantization: recall@10 $recall"
done
"$loci" check "$work/db.loci" >"$work/check.txt" || fail "check found $(cat "$work/check.txt")"

# The same bytes on one thread and on two.
for threads in 1 2; do
    "$loci" build "$work/threads$threads.loci" one --from "$work/base.fvecs" --threads "$threads"
done
cmp -s "$work/threads1.loci" "$work/threads2.loci" || fail "the number of threads changed the database"

# Out and in again.
"$loci" export "$work/db.loci" float32 --to "$work/out.fvecs"
cmp -s "$work/base.fvecs" "$work/out.fvecs" || fail "float32 did not come back as it went in"

# An embedding program, which builds the library and nothing of the command line.
$SWIFT build --product Embedded --package-path docs/examples/embedded --scratch-path .build/embedded >"$work/build.txt" 2>&1 ||
    fail "the embedding example did not build: $(tail -n 20 "$work/build.txt")"
if [ -n "$(find .build/embedded/debug/ArgumentParser.build -name '*.o' 2>/dev/null)" ]; then
    fail "an embedding program builds the command line's parts"
fi
.build/embedded/debug/Embedded "$work/embedded.loci" >"$work/embedded.txt"
grep -q '^sound$' "$work/embedded.txt" || fail "the embedding example printed $(cat "$work/embedded.txt")"
echo "end to end: passed"
