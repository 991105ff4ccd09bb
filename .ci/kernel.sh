# ./run kernel: the agent's driver, button loop and outbox on a stock Debian kernel in an emulated machine. Its last line is one JSON
# object. Exit code 3 means that the suite was skipped, because the packages for it are out of reach.

need_go
need_packages "to emulate a machine" qemu-system-x86 busybox-static e2fsprogs gcc make xz-utils kmod bc binutils
release=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends:/ {print $2; exit}' | sed 's/^linux-image-//')
[ -z "$release" ] || need_packages "to compile a module for the emulated kernel" "linux-headers-$release"

code=0
image=$(sh .ci/kernel-image) || code=$?
if [ "$code" -eq 3 ]; then
	say "SKIPPED: the kernel suite did not run: Debian's kernel packages are out of reach."
	exit 3
fi
[ "$code" -eq 0 ] || die "The kernel for the tests could not be made."

say "Building the tests that run inside the machine."
CGO_ENABLED=0 go build -o "$bin/kernelvm" ./device/internal/kerneltest/vm &
emulating=$!
CGO_ENABLED=0 go test -c -ldflags "-s -w" -tags kernelgpio -o "$bin/kerneltest" ./device/internal/kerneltest
wait "$emulating"
timeout 600 "$bin/kernelvm" -kernel "$image" -guest "$bin/kerneltest" "$@"
