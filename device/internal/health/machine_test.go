package health_test

import (
	"os"
	"path/filepath"
	"testing"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/health"
)

func TestWhatAMachineMeasures(t *testing.T) {
	root := t.TempDir()
	m := health.Measure(root, t.TempDir())
	if m.TempMilliC != nil || m.UnderVoltage != nil || m.DiskSize == 0 || m.DiskFree > m.DiskSize {
		t.Errorf("a machine without sensors says %+v", m)
	}
	for file, text := range map[string]string{
		"sys/class/thermal/thermal_zone0/temp":    "48312\n",
		"sys/class/thermal/thermal_zone1/temp":    "51000\n",
		"sys/class/thermal/thermal_zone2/temp":    "broken\n",
		"sys/class/hwmon/hwmon0/name":             "cpu_thermal\n",
		"sys/class/hwmon/hwmon1/name":             "rpi_volt\n",
		"sys/class/hwmon/hwmon1/in0_lcrit_alarm":  "1\n",
		"sys/class/hwmon/hwmon0/in0_lcrit_alarm":  "0\n",
		"sys/class/thermal/cooling_device0/state": "0\n",
	} {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m = health.Measure(root, root)
	if m.TempMilliC == nil || *m.TempMilliC != 51_000 || m.UnderVoltage == nil || !*m.UnderVoltage || health.IsHot(m) || !health.IsWeak(m) {
		t.Errorf("%+v", m)
	}
	hot := int64(80_000)
	if !health.IsHot(wire.Machine{TempMilliC: &hot}) || health.IsFull(wire.Machine{}) || !health.IsFull(wire.Machine{DiskSize: 1 << 30, DiskFree: 1 << 20}) {
		t.Error("the limits")
	}
}
