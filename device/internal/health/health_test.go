package health_test

import (
	"testing"
	"time"

	"safeyouthzone/device/internal/health"
)

func TestATroubleLastsUntilItsRestoral(t *testing.T) {
	var l health.List
	if !l.Set(health.Disk, true, time.Second) || l.Set(health.Disk, true, 2*time.Second) {
		t.Error("a trouble begins once")
	}
	l.Set(health.ButtonStuck, true, 3*time.Second)
	r := l.Report(5 * time.Second)
	if len(r) != 2 || r[0].Code != health.Disk || r[0].ForMS != 4000 || r[1].ForMS != 2000 {
		t.Errorf("%+v", r)
	}
	if !l.Set(health.Disk, false, 6*time.Second) || l.Set(health.Disk, false, 6*time.Second) || len(l.Report(7*time.Second)) != 1 {
		t.Error("a trouble ends once")
	}
}
