#!/bin/sh
# Loci, Apache License 2.0.
# Builds a small database in demo/, searches it, and plots recall against speed. Run by `make demo`.
#
# The vectors are the 60,000 images of Fashion-MNIST (784 dimensions) where Debian's package of them is there or can be
# installed, else 20,000 vectors in clusters that `loci generate` makes.
set -eu
cd "$(dirname "$0")/.."

loci="$(${SWIFT:-swift} build -c release --show-bin-path)/loci"
if [ ! -x "$loci" ]; then
    echo "demo: there is no $loci; run  make demo" >&2
    exit 1
fi
folder=demo
database=$folder/demo.loci
images=/usr/share/datasets/fashion-mnist
mkdir -p "$folder"

say() { printf '\n# %s\n' "$1"; }

# Shows a command as it would be typed, and runs it.
run() {
    printf '$ loci'
    for argument in "$@"; do printf ' %s' "$argument"; done
    printf '\n'
    "$loci" "$@"
}

has_images() { [ -r "$images/train-images-idx3-ubyte.gz" ] && [ -r "$images/t10k-images-idx3-ubyte.gz" ]; }

# As root, or by sudo where that asks for no password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -n "$@"
    else
        return 1
    fi
}

install_images() {
    command -v apt-get >/dev/null 2>&1 || return 1
    echo "demo: installing Debian's dataset-fashion-mnist (about 30 MB)" >&2
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q dataset-fashion-mnist >/dev/null 2>&1; then
        return 0
    fi
    as_root apt-get update -q >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q dataset-fashion-mnist >/dev/null 2>&1
}

if has_images || { install_images && has_images; }; then
    collection=fashion
    base=$images/train-images-idx3-ubyte.gz
    queries=$images/t10k-images-idx3-ubyte.gz
    say "Fashion-MNIST: 60,000 images of clothes to search, 10,000 more as queries"
else
    collection=clusters
    base=$folder/base.fvecs
    queries=$folder/queries.fvecs
    say "Fashion-MNIST cannot be had here: 20,000 generated vectors to search, 1,000 more as queries"
    run generate --count 20000 --dimension 128 --clusters 100 --to "$base"
    run generate --count 1000 --skip 20000 --dimension 128 --clusters 100 --to "$queries"
fi

say "Build the collection: quantize the vectors, link the graph"
run build "$database" "$collection" --from "$base" --degree 32 --build-window 128 --metric l2 --replace

say "Find the true neighbours, by measuring every vector"
run truth --from "$base" --queries "$queries" --metric l2 --k 10 --output "$folder/truth-$collection.ivecs"

say "Recall against speed, one thread, the faster of two passes"
run bench "$database" "$collection" --queries "$queries" --ground-truth "$folder/truth-$collection.ivecs" \
    --passes 2 --plot "$folder/recall.svg"

say "What the collection takes"
run info "$database" "$collection"

say "One query"
run query "$database" "$collection" --queries "$queries" --row 0 --k 5

say "The curve is in $folder/recall.svg, the database in $database"
