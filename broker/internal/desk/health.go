package desk

import (
	"strconv"
	"time"

	"safeyouthzone/broker/contract/wire"
)

const (
	hotMilliC   = 80_000 // at which small boards slow themselves down
	fewCertDays = 3
	lowDisk     = 10 // percent
	walkEvery   = 30 * 24 * time.Hour
	gigabyte    = 1 << 30
	percent     = 100
)

// readings says how a device's last path test went and what it last measured of itself, in words for those who look after it. Of the latter nothing is said before its first report.
func readings(v Device, now time.Time) []reading {
	h := v.Health
	if h.Version == "" && v.Path.At.IsZero() {
		return nil
	}
	var out []reading
	say := func(name, words string, bad bool) { out = append(out, reading{name, words, bad}) }
	say("Path test", pathWords(v.Path, now), v.Path.Late)
	if h.Version == "" {
		return out
	}
	if h.Button != "" {
		say("Panic button", buttonWords(h.Button), h.Button != "ok")
	}
	w, bad := walkWords(h.WalkTest)
	say("Walk test", w, bad)
	say("Running for", spoken(time.Duration(h.UpMS)*time.Millisecond), false)
	clock := "set"
	if !h.Synced {
		clock = "not set"
	}
	say("Clock", clock, !h.Synced)
	say("Certificate", days(h.CertDays), h.CertDays <= fewCertDays)
	if t := h.Machine.TempMilliC; t != nil {
		say("Temperature", strconv.FormatInt(*t/1000, 10)+" °C", *t >= hotMilliC)
	}
	if u := h.Machine.UnderVoltage; u != nil {
		words := "good"
		if *u {
			words = "too weak"
		}
		say("Power", words, *u)
	}
	if m := h.Machine; m.DiskSize > 0 {
		free := m.DiskFree * percent / m.DiskSize
		size := strconv.FormatFloat(float64(m.DiskFree)/gigabyte, 'f', 1, 64) + " GB, " + strconv.FormatInt(free, 10) + " %"
		say("Disk free", size, free < lowDisk)
	}
	say("Waiting to be sent", strconv.Itoa(h.Outbox), h.Outbox > 0)
	say("Settings", "revision "+strconv.FormatUint(h.Settings, 10), false)
	return out
}

func buttonWords(b string) string {
	switch b {
	case "ok":
		return "good"
	case "held":
		return "is held down"
	case "stuck":
		return "stuck"
	case "fault":
		return "wire cut or shorted"
	default:
		return b
	}
}

func walkWords(w *wire.WalkTest) (string, bool) {
	if w == nil {
		return "not yet done", true
	}
	ago := time.Duration(w.AgoMS) * time.Millisecond
	when := spoken(ago) + " ago"
	if w.AgoAtLeast {
		when = "at least " + when
	}
	if !w.Passed {
		return "failed " + when, true
	}
	return "passed " + when, ago > walkEvery
}

func pathWords(p Path, now time.Time) string {
	if p.At.IsZero() {
		return map[bool]string{true: "overdue", false: "not yet done"}[p.Late]
	}
	words := "passed " + spoken(now.Sub(p.At)) + " ago in " + strconv.FormatInt(p.Took.Milliseconds(), 10) + " ms"
	if p.Late {
		words = "overdue, " + words
	}
	return words
}

func days(n int) string {
	if n == 1 {
		return "1 day left"
	}
	return strconv.Itoa(n) + " days left"
}
