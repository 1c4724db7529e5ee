# shellcheck shell=bash
# The steps of scripts/test, in the order in which they run: step_NAME for each name. A step stops at its first
# command that fails. Its tests leave a JUnit report, build/logs/NAME.xml, to be counted.
# shellcheck disable=SC2154 # root and logs come from the file that sources this one

describe_steps() {
  cat <<'LIST'
format      clang-format over the C sources
lint        shellcheck, ruff and mypy
gcc         built with gcc, warnings are errors; every C test
clang       built with clang, warnings are errors, every C test among it; the base suite
tidy        clang-tidy over lib/
sanitizers  every C test under ASan, LSan and UBSan
threads     one client, many threads, under TSan
valgrind    the base suite under valgrind
fuzz        each fuzzer for a minute under ASan and UBSan
coverage    lines and branches of lib/ that the C tests reach
floor       built with meson 1.0.1; the base suite
dist        the release tarball: made, built, base suite, installed
emulator    the emulator, on its own bucket and on the storage servers
instructions what a call costs, in instructions; the benches run
abi         exported symbols, headers, abidiff
install     an installed library, and its consumers
structure   who includes whom, and what lib/ never does
docs        the documentation and its generated parts
servers     versitygw and MinIO are built
e2e         the library against the emulator and the storage servers; its signatures against botocore's
go          the Go package: vet, every test, also with -race, cgocheck and -asan, and with the oldest Go
python      the Python package: built, installed in a new environment, tested
LIST
}
c_sources() { find include lib tests examples docs -name '*.[ch]' -print0; }

# built NAME CC ARGUMENTS...: build/NAME, up to date.
built() {
  local name=$1 cc=$2
  shift 2
  CC=$cc configure "build/$name" --werror -Dtests=enabled "$@"
  meson compile -C "build/$name"
}
built_with_gcc() { built gcc gcc; }
built_with_benches() {
  built_with_gcc
  meson compile -C build/gcc benches
}
built_with_clang() { built clang clang; }

# meson_test BUILD STEP ARGUMENTS...
meson_test() {
  local build=build/$1 step=$2 status=0
  shift 2
  rm -f "$build/meson-logs/$step"*
  meson test -C "$build" --logbase "$step" --print-errorlogs "$@" || status=$?
  mv "$build/meson-logs/$step"*.junit.xml "$logs/$step.xml" # meson puts a wrapper's name behind the step's
  return "$status"
}

# python_tests STEP FOLDER...
python_tests() {
  local step=$1
  shift
  built_with_gcc
  LSEXPORT_BUILD_DIR=$root/build/gcc python -m pytest -ra --timeout=300 --junitxml="$logs/$step.xml" "$@"
}

step_format() { c_sources | xargs -0 clang-format --dry-run -Werror; }

step_lint() {
  grep -lE '^#(!/bin/bash| shellcheck shell)' -r scripts .ci | xargs shellcheck -x
  ruff check --no-cache .
  (cd emulator && mypy --no-incremental)
}

step_gcc() {
  built_with_gcc
  meson_test gcc gcc
}

step_clang() {
  built_with_clang
  ninja -C build/clang meson-test-prereq # what is built, and not run
  meson_test clang clang --suite base
}

# The wheel brings clang's own headers; the flags are clang's, of a version that may know fewer or more of them.
step_tidy() {
  built_with_clang
  find lib -name '*.c' -print0 |
    xargs -0 -n 2 -P "$(nproc)" clang-tidy -p build/clang --quiet --extra-arg=-Wno-unknown-warning-option
}

# must_fail WHAT COMMAND...: a checker that finds nothing in a program made to be wrong would find nothing anywhere.
must_fail() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then
    echo "$what finds no fault where there is one"
    return 1
  fi
}

leaking_program() { # FLAGS...: prints its path
  mkdir -p build/probes
  cat >build/probes/leak.c <<'C'
#include <stdlib.h>
int main(void) {
  char *volatile lost = malloc(4096);
  lost = NULL;
  return lost != NULL;
}
C
  gcc -g "$@" -o build/probes/leak build/probes/leak.c
  echo build/probes/leak
}

step_sanitizers() {
  must_fail LeakSanitizer "$(leaking_program -fsanitize=address)"
  built asan gcc -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all
  ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 CK_TIMEOUT_MULTIPLIER=4 \
    meson_test asan sanitizers --timeout-multiplier 4
}

# Where the kernel spreads addresses too widely for TSan, setarch keeps them in place.
step_threads() {
  built tsan gcc -Db_sanitize=thread -Db_lundef=false
  TSAN_OPTIONS=halt_on_error=1 meson_test tsan threads --wrap 'setarch -R' --timeout-multiplier 4 test_threads
}

built_with_fuzzer() {
  built fuzz clang -Dexamples=false -Db_sanitize=address,undefined -Db_lundef=false \
    '-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=all'
}
step_fuzz() {
  built_with_fuzzer
  FUZZ_SECONDS=${FUZZ_SECONDS:-60} meson_test fuzz fuzz --suite fuzz --num-processes "$(nproc)"
}

step_coverage() { scripts/coverage; }

step_valgrind() {
  local kinds=definite,possible
  local valgrind=(valgrind --quiet --error-exitcode=99 --num-callers=30 --leak-check=full)
  valgrind+=(--show-leak-kinds="$kinds" --errors-for-leak-kinds="$kinds")
  must_fail valgrind "${valgrind[@]}" "$(leaking_program)"
  built_with_gcc
  # One process a test program: one look for leaks at its end, in place of one a test.
  CK_FORK=no meson_test gcc valgrind --suite base --wrap "${valgrind[*]}" --timeout-multiplier 20
}

step_floor() {
  (
    PATH=$root/.venv-floor/bin:$PATH
    built floor gcc
    meson_test floor floor --suite base
  )
}

step_dist() {
  built_with_gcc
  rm -rf build/dist build/gcc/meson-dist
  meson dist -C build/gcc --no-tests --allow-dirty --formats gztar
  mkdir build/dist
  tar -xzf build/gcc/meson-dist/*.tar.gz -C build/dist --strip-components 1
  CC=gcc meson setup build/dist/build build/dist --werror --prefix /usr
  meson compile -C build/dist/build
  meson_test dist/build dist --suite base
  DESTDIR=$root/build/dist/installed meson install -C build/dist/build --quiet
}

step_emulator() {
  scripts/setup-storage-servers
  EMULATOR_TEST_VERSITYGW=$root/.tools/bin/versitygw EMULATOR_TEST_MINIO=$root/.tools/bin/minio \
    python_tests emulator emulator/tests
}
step_instructions() {
  built_with_benches
  python_tests instructions tests/bench
}
step_abi() { python_tests abi tests/abi; }
step_install() { python_tests install tests/install; }
step_structure() { python_tests structure tests/structure; }
step_docs() { python_tests docs tests/docs; }
step_servers() { scripts/setup-storage-servers; }
step_e2e() {
  scripts/setup-storage-servers
  python_tests e2e tests/e2e tests/signature
}

python_wheel() { # SOURCE FOLDER ARGUMENTS...
  local source=$1 folder=$2
  shift 2
  python -m pip wheel --quiet --no-deps --no-build-isolation --check-build-dependencies --no-cache-dir \
    --wheel-dir "$folder" "$@" "$source"
}

# python_environment FOLDER: FOLDER/venv, with the wheel of FOLDER/dist and what tests and benches need beside it.
python_environment() {
  python3 -m venv "$1/venv"
  uv_install "$1/venv/bin/python" scripts/requirements/python.lock
  "$1/venv/bin/python" -m pip install --quiet --no-deps --no-index "$1"/dist/*.whl
}

# The wheel is what is tested; the sdist, which is made of what is committed, must lead to the same files.
step_python() {
  local folder=$root/build/python package=$root/bindings/python
  rm -rf "$folder"
  python_wheel "$package" "$folder/dist"
  (cd "$package" && python -c 'import mesonpy, sys; mesonpy.build_sdist(sys.argv[1])' "$folder/dist")
  python_wheel "$folder"/dist/*.tar.gz "$folder/dist-of-sdist"
  python_wheel "$package" "$folder/dist-sanitizers" -Csetup-args=-Db_sanitize=address,undefined -Csetup-args=-Db_lundef=false

  python_environment "$folder"
  "$folder/venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --no-index --editable ./emulator
  "$folder/venv/bin/mypy" --no-incremental --strict -p lsexport
  "$folder/venv/bin/mypy" --no-incremental --strict "$package/tests/typed_program.py"
  LSEXPORT_PYTHON_DIST=$folder "$folder/venv/bin/python" -m pytest -ra -p no:cacheprovider --junitxml="$logs/python.xml" \
    "$package/tests"
}

# The library as a user installs it. Go's cache does not look at its headers, but at the flags.
with_installed_library() {
  local prefix=$root/build/go/installed
  CC=gcc configure build/go -Dtests=disabled -Dexamples=false --prefix "$prefix" --libdir lib
  meson compile -C build/go
  meson install -C build/go --quiet
  export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib GOFLAGS=-buildvcs=false CGO_ENABLED=1
  CGO_CFLAGS="-O2 -g -DHEADERS=0x$(cat "$prefix"/include/lsexport/*.h | sha256sum | cut -c 1-8)"
  export CGO_CFLAGS
}

go_tests() { go test -json -count=1 -timeout 300s "$@" ./...; }
step_go() {
  local oldest=go1.19.13
  with_installed_library
  cd bindings/go || return
  [ -z "$("$(go env GOROOT)/bin/gofmt" -l . | tee /dev/stderr)" ]
  go vet ./...
  GOTOOLCHAIN=$oldest go vet ./...
  {
    GOTOOLCHAIN=local go_tests
    GOTOOLCHAIN=local GOEXPERIMENT=cgocheck2 go_tests -race -skip 'Readme|Headers|Hosting'
    GOTOOLCHAIN=local go_tests -asan -skip 'Readme|Headers|Hosting' # looks for leaks in C at the end
    GOTOOLCHAIN=$oldest go_tests
  } | "$root/scripts/go-report" "$logs/go.xml"
  go test -run '^$' -fuzz FuzzSpec -fuzztime 5s .
  go test -run '^$' -fuzz FuzzOptions -fuzztime 5s .
}
