# shellcheck shell=bash
# Sourced by the scripts beside it: where the checkout is, and what they share.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root" || exit

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# uv, pip and Go keep their caches under HOME: where it cannot be written, under an ignored folder.
if [ ! -d "${HOME:-}" ] || [ ! -w "$HOME" ]; then
  mkdir -p .tools/home
  export HOME=$root/.tools/home
fi

# quietly LOG COMMAND...: its output goes to LOG, and the end of LOG to stderr if it fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" = 0 ] || {
    tail -n 40 "$log" >&2
    printf '%s: failed, status %d: %s\n  log: %s\n' "${0##*/}" "$status" "$*" "$log" >&2
  }
  return "$status"
}

# uv_install PYTHON LOCK: pip does it, slower, where there is no uv for this machine.
uv_install() {
  if [ -x .venv/bin/uv ]; then
    .venv/bin/uv pip install --quiet --python "$1" --require-hashes -r "$2"
  else
    "$1" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$2"
  fi
}

# The tools of .venv and .tools first; nothing of the user's own accounts, so that no program here
# can meet a real server or a real bucket.
enter_environment() {
  export PATH=$root/.venv/bin:$root/.tools/bin:$PATH
  local name
  for name in "${!AWS_@}" "${!LANGSMITH_@}" "${!LANGCHAIN_@}"; do unset "$name"; done
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
  unset CFLAGS CPPFLAGS CXXFLAGS LDFLAGS
  ulimit -S -c 0 # a core file would hold what was in memory
}

# configure DIR ARGUMENTS...: meson setup, once; afresh when the arguments, meson or the checkout's place change.
configure() {
  local dir=$1 stamp
  shift
  stamp="$root $(meson --version) ${CC:-cc} $*"
  [ -e "$dir/build.ninja" ] && [ "$(cat "$dir/configured" 2>/dev/null)" = "$stamp" ] && return
  rm -rf "$dir"
  meson setup "$dir" "$@" || return # a caller may have switched -e off
  printf '%s\n' "$stamp" >"$dir/configured"
}
