package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// script is the first program of the machine. It waits for one line of orders and runs the tests with it.
const script = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev; mount -t tmpfs t /tmp
ip link set lo up
stty -echo
for m in configfs irq_sim gpio-sim watchdog crc16 mbcache jbd2 crc32c_generic libcrc32c ext4 virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci; do
	insmod /mod/$m.ko
done
mount -t configfs c /sys/kernel/config
cat /suite >/dev/null
echo READY
read -r modules variables tests
for m in $(echo $modules | tr , ' '); do [ $m = none ] || insmod /mod/$m.ko; done
for v in $(echo $variables | tr , ' '); do export $v; done
/suite -test.v -test.timeout 10m -test.run "$tests"
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
	for name, path := range files {
		content, err := os.ReadFile(path)
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
