# ./run packages [--check]: builds the .deb files into dist/, and looks at them in a fresh Debian.

check=no
case "${1:-}" in
'') ;;
--check) check=yes ;;
*) die "./run packages knows only --check" ;;
esac

need_go
# shellcheck disable=SC2086 # a list of words
need_packages "to build the kiosk's window" $window_packages
say "Building the programs for the packages (stripped; with a warm cache under a minute)."
stripped=$top/.cache/stripped
mkdir -p "$stripped" dist
# No build id: the bytes depend on the sources alone.
build "$stripped" 0 "-s -w -buildid=" syz-broker syz-agent syz-relay syzctl
build "$stripped" 1 "-s -w -buildid= -extldflags=-Wl,--build-id=none,-z,relro,-z,now" syz-kiosk

made=$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)
rm -f dist/*.deb
(
	cd packaging
	go build -o "$bin/mkdeb" ./cmd/mkdeb
	"$bin/mkdeb" -bin "$stripped" -out ../dist -version "$(cd .. && version)" -arch "$(go env GOARCH)" -epoch "$made" recipes/*.yaml >/dev/null
)
(cd dist && sha256sum ./*.deb)

if [ "$check" = yes ]; then
	exec bash .ci/check-packages "$(version)"
fi
