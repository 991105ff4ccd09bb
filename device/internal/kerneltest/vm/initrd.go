package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// script is the first program of the machine. It waits for one line of orders and runs the tests with it. The
// agent whose power will be cut is started before that, so that its machines have it in their memory already.
const script = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp GOGC=400
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev; mount -t tmpfs -o size=400m t /tmp
ip link set lo up
stty -echo
for m in configfs irq_sim gpio-sim uleds ledtrig-pattern watchdog crc16 mbcache jbd2 crc32c_generic libcrc32c ext4 virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci; do
	insmod /mod/$m.ko
done
mount -t configfs c /sys/kernel/config
mkfifo /tmp/orders
wait_for_orders() {
	SYZ_ORDERS=/tmp/orders /suite -test.v -test.timeout 10m -test.run TestUntilThePowerGoes &
	agent=$!
}
wait_for_orders
until [ -e /tmp/waits ]; do sleep 0.1; done
echo READY
read -r modules variables tests
for m in $(echo $modules | tr , ' '); do [ $m = none ] || insmod /mod/$m.ko; done
if [ "$tests" = TestUntilThePowerGoes ]; then
	dmesg -n 1
	order=$variables
	while :; do
		if [ "$order" = off ]; then
			kill -9 $agent
			wait $agent 2>/dev/null
			for chip in /sys/kernel/config/gpio-sim/*/; do
				[ -d "$chip/bank0" ] || continue
				echo 0 >"$chip/live"
				rmdir "$chip"/bank0/line* "$chip/bank0" "$chip"
			done 2>/dev/null
			umount /data 2>/dev/null
			echo OFF
			wait_for_orders
		else
			echo "$order" >/tmp/orders
		fi
		read -r order
	done
fi
kill -9 $agent
for v in $(echo $variables | tr , ' '); do export $v; done
skip="TestUntilThePowerGoes|TestAHungMachine|TestPresses" # each has a machine of its own
[ "$tests" = . ] || skip=None
/suite -test.v -test.parallel 8 -test.timeout 5m -test.run "$tests" -test.skip "$skip"
echo "EXIT $?"
poweroff -f
`

// initrd packs what the machine needs into its first file system.
func initrd(kernel, guest, to string) error {
	var b bytes.Buffer
	a := archive{&b, 0}
	for _, dir := range []string{"bin", "proc", "sys", "dev", "tmp", "mod", "data"} {
		a.add(dir, 0o40755, nil)
	}
	a.add("init", 0o100755, []byte(script))
	files := map[string]string{"bin/busybox": "/bin/busybox", "suite": guest}
	modules, err := filepath.Glob(filepath.Join(kernel, "mod", "*.ko"))
	if err != nil {
		return err
	}
	for _, m := range modules {
		files["mod/"+filepath.Base(m)] = m
	}
	for _, name := range slices.Sorted(maps.Keys(files)) { // the same each time
		content, err := os.ReadFile(files[name])
		if err != nil {
			return err
		}
		a.add(name, 0o100755, content)
	}
	a.add("TRAILER!!!", 0, nil)
	return os.WriteFile(to, b.Bytes(), 0o600)
}

// archive writes cpio in the form that the kernel reads.
type archive struct {
	to    *bytes.Buffer
	inode int
}

func (a *archive) add(name string, mode int, content []byte) {
	a.inode++
	fmt.Fprintf(a.to, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", a.inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name)+1, 0)
	a.to.WriteString(name + "\x00")
	a.pad()
	a.to.Write(content)
	a.pad()
}

func (a *archive) pad() {
	for a.to.Len()%4 != 0 {
		a.to.WriteByte(0)
	}
}
