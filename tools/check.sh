#!/bin/sh
# Installs what is missing, builds with warnings as errors and passes every
# test. The last line is "N passed, N failed"; the exit status is 0 only where
# nothing failed.
#
#   SFT_CHECK_BASE=REV  also runs clang-tidy over what changed since REV
#   SFT_CHECK_JOBS=N    processes to build with (default: all cores)
set -eu
cd "$(dirname "$0")/.."

jobs=${SFT_CHECK_JOBS:-$(nproc)}
results=$PWD/build/check.xml # JUnit XML of the suite that ran last
passed=0
failed=0
failures=
began=$(date +%s)

# The system's own python3, which has NumPy, before anybody else's.
export PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1
# Open MPI's words for "I know that I am root"; ranks share whatever cores there
# are; containers often forbid reading another process's memory.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none

fail() { # COUNT NAME
  failed=$((failed + $1))
  failures="$failures $2"
}

finish() {
  echo "== all: $(($(date +%s) - began)) s"
  [ -z "$failures" ] || echo "failed:$failures"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

# phase NAME COMMAND...: returns the command's status and tells the time.
phase() {
  echo "== $1"
  started=$(date +%s)
  status=0
  label=$1
  shift
  "$@" </dev/null || status=$?
  echo "== $label: status $status, $(($(date +%s) - started)) s"
  return "$status"
}

# A phase without which the others make no sense.
must() {
  phase "$@" && return
  fail 1 "$1"
  finish
}

# A phase that counts as one test.
check() {
  if phase "$@"; then passed=$((passed + 1)); else fail 1 "$1"; fi
}

# A phase that writes $results, where each test counts.
suite() {
  rm -f "$results"
  status=0
  phase "$@" || status=$?
  set -- "$1" $(count_tests)
  passed=$((passed + $2))
  bad=$3
  [ "$bad" -gt 0 ] || [ "$status" -eq 0 ] || bad=1
  [ "$bad" -eq 0 ] || fail "$bad" "$1"
}

# "PASSED FAILED", from the attributes of the <testsuite> elements.
count_tests() {
  [ -f "$results" ] || { echo "0 1" && return; }
  tr '\n\t' '  ' <"$results" | grep -o '<testsuite [^>]*>' | awk '
    function number(name) {
      return match($0, " " name "=\"[0-9]+") \
        ? substr($0, RSTART + length(name) + 3, RLENGTH) + 0 : 0
    }
    {
      bad = number("failures") + number("errors")
      failed += bad
      passed += number("tests") - bad - number("skipped") - number("disabled")
    }
    END { print passed + 0, failed + 0 }'
}

build() { # PRESET FOLDER TARGET [flags for cmake]
  preset=$1 folder=$2 target=$3
  shift 3
  cmake --preset "$preset" "$@" &&
    cmake --build "$folder" --parallel "$jobs" --target "$target"
}

run_lit() {
  lit-22 -sv -j "$jobs" --xunit-xml-output "$results" build/test
}

# Ranks of several tests at once would starve each other of two cores.
run_ctest() { # FOLDER [flags for ctest]
  folder=$1
  shift
  ctest --test-dir "$folder" --output-on-failure --timeout 600 \
    --output-junit "$results" --no-tests=error "$@"
}

check_format() {
  git ls-files '*.cpp' '*.h' '*.c' | xargs -r clang-format-22 --dry-run -Werror
}

# Bounded in number and time: it is a look at what is new, not at everything.
tidy_changes() {
  git diff --name-only --diff-filter=d "$SFT_CHECK_BASE" -- \
    'dialects/*.cpp' 'passes/*.cpp' 'runtime/*.cpp' 'tools/*.cpp' |
    head -n 16 |
    timeout 180 xargs -r -P "$jobs" -n 1 clang-tidy-22 -p build --quiet ||
    [ $? -eq 124 ]
}

# The runtime alone: the compiler's libraries are not built with sanitizers.
sanitized() { # PRESET TARGET [flags for ctest]
  preset=$1 target=$2
  shift 2
  if phase "build-$preset" build "$preset" "build-$preset" "$target" \
    -DSFT_FUZZERS=OFF; then
    suite "$preset" run_ctest "build-$preset" "$@"
  else
    fail 1 "build-$preset"
  fi
}

must install sh tools/install-deps.sh
must build build ci build all
check format check_format
[ -z "${SFT_CHECK_BASE:-}" ] || check tidy tidy_changes
suite lit run_lit
suite ctest run_ctest build -E '^lit$'
sanitized asan all -L 'unit|fuzz' -E faults
sanitized tsan sft-test-comm -R '^comm-threads$'
finish
