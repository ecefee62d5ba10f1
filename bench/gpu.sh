#!/bin/sh
# Builds twingrad on a machine with a CUDA LibTorch, which may lack everything else, runs the equivalence tests and the
# benchmarks on the GPU, and leaves the results as JSON.
#
#   bench/gpu.sh OUT [TORCH]
#
#   OUT    folder for gpu-check.json and gpu-bench.json
#   TORCH  CMake prefix of LibTorch [python3 -c 'import torch; print(torch.utils.cmake_prefix_path)']
#
#   TWINGRAD_SOURCES   a folder with unpacked sources of what is not installed and cannot be (no network): any of
#                      eigen, googletest, benchmark, fmt, json, CLI11, each under its own name; each is built and installed
#                      below OUT/prefix first. Other packages of ./twin's list must be there.
#
# Exit code 2: something is missing; 1: the twins do not agree on the GPU.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

fail() {
  echo "gpu.sh: $*" >&2
  exit 2
}

[ $# -ge 1 ] || fail "give a folder for the results"
mkdir -p "$1" || fail "cannot make $1"
out=$(CDPATH='' cd -- "$1" && pwd)
torch=${2:-$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)' 2>/dev/null)} ||
  fail "python3 has no module torch; give LibTorch's CMake prefix as the second word"
[ -d "$torch" ] || fail "no such folder: $torch"

prefix=$out/prefix
for name in eigen googletest benchmark fmt json CLI11; do
  source=${TWINGRAD_SOURCES:-/nonexistent}/$name
  [ -d "$source" ] || continue
  echo "gpu.sh: $name from $source" >&2
  if ! { cmake -S "$source" -B "$out/build/$name" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DBUILD_TESTING=OFF -DBENCHMARK_ENABLE_TESTING=OFF -DBENCHMARK_ENABLE_GTEST_TESTS=OFF -DFMT_TEST=OFF \
    -DJSON_BuildTests=OFF -DCLI11_BUILD_TESTS=OFF -DCLI11_BUILD_EXAMPLES=OFF >"$out/$name.log" 2>&1 &&
    cmake --build "$out/build/$name" --parallel --target install >>"$out/$name.log" 2>&1; }; then
    fail "$name does not build: $out/$name.log"
  fi
done

if ! { cmake -S "$root" -B "$out/build/twingrad" -DCMAKE_BUILD_TYPE=Release -DTWINGRAD_NATIVE=ON -DTWINGRAD_TESTS=OFF \
  -DCMAKE_PREFIX_PATH="$prefix;$torch" >"$out/twingrad.log" 2>&1 &&
  cmake --build "$out/build/twingrad" --parallel --target twin >>"$out/twingrad.log" 2>&1; }; then
  tail -n 20 "$out/twingrad.log" >&2
  fail "twingrad does not build: $out/twingrad.log"
fi

twin=$out/build/twingrad/bin/twin
"$twin" check --device cuda --json "$out/gpu-check.json"
"$twin" bench --threads 1 --dtype float32 --json "$out/gpu-bench.json"
echo "gpu.sh: $out/gpu-check.json, $out/gpu-bench.json" >&2
