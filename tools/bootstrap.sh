#!/usr/bin/env bash
# Makes sure that what the commands need is there, then hands over to tools/stack (TypeScript on Node 24).
#   tools/bootstrap.sh up|down|status|clean|build|services … | run <script> …
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install and what works without it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node=node_modules/.bin/node
stamp=node_modules/.vitrine-lock
# What Go's own module proxy serves as a toolchain, for machines whose Go is too old to fetch it itself.
go_version=1.26.8

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

# program:package (Debian's names), and what does not work without it
stores=(java:default-jdk-headless javac:default-jdk-headless mvn:maven)
cluster=(runc:runc iptables:iptables nft:nftables conntrack:conntrack openssl:openssl ip:iproute2 docker-registry:docker-registry)
extras=(chromium:chromium debootstrap:debootstrap buildah:buildah)

missing_packages() {
  local entry
  for entry in "$@"; do has "${entry%%:*}" || echo "${entry##*:}"; done | sort -u
}

can_install() { [ "$(id -u)" = 0 ] && [ "$(uname)" = Linux ] && has apt-get; }

install_packages() {
  local wanted
  mapfile -t wanted < <(missing_packages "${stores[@]}" "${cluster[@]}" "${extras[@]}"
    has go || echo golang-go
    has node || echo nodejs
    has npm || echo npm
    has curl || echo curl
    has unzip || echo unzip)
  [ ${#wanted[@]} -eq 0 ] && return
  say "installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${wanted[@]}" ca-certificates >/dev/null
}

# A Go from the distribution may be too old to fetch newer ones; the module proxy has the same archive that Go would fetch.
install_go() {
  local target=${XDG_CACHE_HOME:-$HOME/.cache}/vitrine/go-$go_version arch proxy module archive
  export PATH="$target/bin:$PATH"
  [ -x "$target/bin/go" ] && return
  case $(uname -m) in x86_64) arch=amd64 ;; aarch64 | arm64) arch=arm64 ;; *) return 1 ;; esac
  module=v0.0.1-go$go_version.$(uname | tr '[:upper:]' '[:lower:]')-$arch
  proxy=${GOPROXY:-off}
  say "downloading Go $go_version"
  archive=$(mktemp)
  curl -fsSL "${proxy%%,*}/golang.org/toolchain/@v/$module.zip" -o "$archive"
  mkdir -p "$target.new" && unzip -q "$archive" -d "$target.new" && rm "$archive"
  mv "$target.new/golang.org/toolchain@$module" "$target" && rm -r "$target.new"
  chmod -R u+w "$target" && chmod +x "$target"/bin/* "$target"/pkg/tool/*/*
}

explain() { # heading, what works without it, packages…
  local heading=$1 without=$2
  shift 2
  [ $# -eq 0 ] && return
  say "$heading: install $*"
  say "  without it: $without"
}

check_tools() {
  if can_install; then install_packages; fi
  if ! go_is_new_enough && has curl && has unzip; then install_go || true; fi
  local packages
  mapfile -t packages < <(missing_packages "${stores[@]}")
  go_is_new_enough || packages+=("go (1.21 or newer)")
  explain 'database and object store' 'set MONGODB_URI and S3_ENDPOINT to your own' "${packages[@]}"
  if [ "$(uname)" = Linux ]; then
    mapfile -t packages < <(missing_packages "${cluster[@]}")
    explain 'cluster' 'everything but app hosting works' "${packages[@]}"
  fi
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
