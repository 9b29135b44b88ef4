#!/usr/bin/env bash
# Makes sure that what the commands need is there, then hands over to tools/stack (TypeScript on Node 24).
#   tools/bootstrap.sh up|down|status|clean|build|services … | run <script> …
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install and what works without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node=node_modules/.bin/node
stamp=node_modules/.vitrine-lock
# Go's own module proxy serves each toolchain as a module: for machines without Go, or with one too old to fetch it itself.
go_version=1.26.8
go_checksums='30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7 linux-amd64
02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99 linux-arm64
fe99a2009e5bb51e06d7784f1a486478673512041c2671157bd382806e2aedcf darwin-amd64
0aad5fb52b88498885290178adc0bcfe429bc63012621af9f83282eb640bd9c7 darwin-arm64'

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
basics='curl:curl unzip:unzip openssl:openssl node:nodejs npm:npm'
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

install_go() {
  local target=${XDG_CACHE_HOME:-$HOME/.cache}/vitrine/go-$go_version system checksum archive
  export PATH="$target/bin:$PATH"
  [ -x "$target/bin/go" ] && return
  system=$(uname | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
  checksum=$(grep " $system\$" <<<"$go_checksums" | cut -d ' ' -f 1)
  if [ -z "$checksum" ] || ! has curl || ! has unzip; then return; fi
  say "downloading Go $go_version"
  archive=$(mktemp)
  local proxy=${GOPROXY:-off}
  curl -fsSL "${proxy%%[,|]*}/golang.org/toolchain/@v/v0.0.1-go$go_version.$system.zip" -o "$archive"
  if [ "$(openssl dgst -sha256 -r "$archive" | cut -d ' ' -f 1)" != "$checksum" ]; then
    say "what the proxy sent is not Go $go_version: its checksum differs"
    exit 70
  fi
  rm -rf "$target.new" && mkdir -p "$target.new" && unzip -q "$archive" -d "$target.new" && rm "$archive"
  chmod -R u+w "$target.new" && chmod +x "$target.new"/golang.org/toolchain@*/bin/* "$target.new"/golang.org/toolchain@*/pkg/tool/*/*
  mv "$target.new"/golang.org/toolchain@* "$target" && rm -r "$target.new"
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
