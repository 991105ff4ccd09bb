# What the commands of ./run share. Sourced by a POSIX shell in the top directory.

top=$(pwd)
bin=$top/.cache/bin
# One set of build flags for everything: other flags would compile everything a second time.
export GOFLAGS="-trimpath -buildvcs=false"
export GOTOOLCHAIN="${GOTOOLCHAIN:-auto}"
mkdir -p "$bin"

# The window library compiles against these; the last one lets it draw where there is no graphics card.
window_packages="gcc libc6-dev pkg-config libgl-dev libx11-dev libxrandr-dev libxxf86vm-dev libxi-dev libxcursor-dev libxinerama-dev
 libwayland-dev libxkbcommon-dev libegl-dev libgl1-mesa-dri"

# say tells the person at the terminal; standard output is left to results.
say() { printf '%s\n' "$*" >&2; }

die() {
	say "$*"
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# missing prints those of the packages that are not installed.
missing() {
	for package; do
		case "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" in
		installed) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

# need_packages WHY PACKAGE... installs what is missing, after saying so. It touches nothing if all is there.
need_packages() {
	why=$1
	shift
	if ! command -v apt-get >/dev/null 2>&1; then
		say "This is not Debian or Ubuntu, so nothing is installed. Needed $why, in Debian's words: $*"
		return 0
	fi
	wanted=$(missing "$@")
	[ -n "$wanted" ] || return 0
	say "Installing with apt-get, $why: $wanted"
	[ "$(id -u)" -eq 0 ] || say "(sudo may ask for your password)"
	log=$top/.cache/apt.log
	# shellcheck disable=SC2086 # a list of words
	if ! as_root apt-get -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 ||
		! as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $wanted >>"$log" 2>&1; then
		tail -n 15 "$log" >&2
		die "apt-get could not install what is needed; all of its words are in .cache/apt.log. Install by hand: $wanted"
	fi
}

# need_go finds a Go that can fetch the one that go.mod names.
need_go() {
	command -v go >/dev/null 2>&1 || PATH=$PATH:/usr/local/go/bin
	if ! command -v go >/dev/null 2>&1; then
		die "Go is not installed. On Debian 13 or newer: apt-get install golang-go. Elsewhere: https://go.dev/dl (1.21 or newer)."
	fi
	found=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || echo go1.0)
	case "$found" in
	go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.20*)
		die "Go here is $found, which is too old to fetch the version that this needs. Install 1.21 or newer: https://go.dev/dl"
		;;
	esac
}

# version is the newest heading of the change log, with the commit if that is not a release.
version() {
	base=$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' packaging/CHANGELOG.md | head -n 1)
	if git rev-parse --git-dir >/dev/null 2>&1 && ! git describe --exact-match --match "v$base" HEAD >/dev/null 2>&1; then
		base="$base~git$(TZ=UTC git log -1 --date=format-local:%Y%m%d --format=%cd.%h --abbrev=7)"
	fi
	printf '%s' "$base"
}

# build DIR CGO LINKERFLAGS PROGRAM... compiles, and shows that it is still at it.
build() {
	into=$1 cgo=$2 flags=$3
	shift 3
	began=$(date +%s)
	(
		while sleep 20; do say "  still compiling, $(($(date +%s) - began)) s so far"; done
	) &
	ticker=$!
	built=0
	for program; do
		CGO_ENABLED=$cgo go build -ldflags "$flags -X main.version=$(version)" -o "$into/$program" "./cmd/$program" || built=1
	done
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	[ "$built" -eq 0 ] || die "The build failed; the reason is above."
	say "  built $* in $(($(date +%s) - began)) s"
}

# lint_tool builds the pinned linter once per pin.
lint_tool() {
	pin=$(cksum <.ci/tools.mod | tr -d ' ')
	[ "$(cat "$bin/golangci-lint.pin" 2>/dev/null)" = "$pin" ] && return 0
	say "Building golangci-lint (about a minute, once)."
	CGO_ENABLED=0 go build -modfile=.ci/tools.mod -o "$bin/golangci-lint" github.com/golangci/golangci-lint/v2/cmd/golangci-lint ||
		die "The linter could not be built; see above. It is pinned in .ci/tools.mod."
	printf '%s' "$pin" >"$bin/golangci-lint.pin"
}
