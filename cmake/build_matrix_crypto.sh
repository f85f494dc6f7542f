#!/bin/sh
# build_matrix_crypto.sh CARGO TARGET_FOLDER CRATE OUT: builds the crate's static library to OUT.
# What was built is kept below TARGET_FOLDER under a name made of all that goes into it, so another
# build folder or clone with the same sources copies it instead of building for minutes.
set -eu
cargo=$1 target=$2 crate=$3 out=$4
rustc=$(dirname -- "$cargo")/rustc
key=$({
    "$rustc" --version
    cd -- "$crate"
    cat Cargo.toml Cargo.lock src/*.rs
} | sha256sum | cut -c1-16)
kept=$target/kept/$key.a
mkdir -p -- "$target/kept"
# One at a time: cargo waits by itself, but the copy below must be of what was just built.
exec 9>"$target/kept/lock"
command -v flock >/dev/null 2>&1 && flock 9
if [ ! -f "$kept" ]; then
    (cd -- "$crate" && CARGO_TARGET_DIR=$target RUSTC=$rustc "$cargo" build --release --locked --quiet --lib)
    cp -- "$target/release/libbefriend_matrix_crypto.a" "$kept.new"
    mv -- "$kept.new" "$kept"
    # The three newest are enough; each has some 100 MB.
    ls -t "$target"/kept/*.a | tail -n +4 | while IFS= read -r old; do rm -f -- "$old"; done
fi
touch -- "$kept"
cp -- "$kept" "$out"
