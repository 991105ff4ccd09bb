package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
)

// documented is the command by which packaging/README.md says that a broker is backed up, with root in place of the file system's.
func documented(t *testing.T, root, archive string) string {
	t.Helper()
	b, err := os.ReadFile("../../packaging/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(strings.ReplaceAll(string(b), "\\\n", ""), "## Back up")
	for line := range strings.Lines(after) {
		if cmd := strings.TrimSpace(line); strings.HasPrefix(cmd, "tar -C / ") {
			return strings.NewReplacer("-C /", "-C "+root, "/backup/syz-$(date +%F).tar.gz", archive).Replace(cmd)
		}
	}
	t.Fatal("the README says no command for a backup")
	return ""
}

func shell(t *testing.T, cmd string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sh", "-c", cmd).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", cmd, err, out)
	}
	return string(out)
}

// told makes one call at the desk and returns its status and what it answered.
func told(t *testing.T, b *brokertest.Broker, who, method, path string, in any) (int, map[string]any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+b.Addrs.Desk+"/api/v1/"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	agency, role, _ := strings.Cut(who, "/")
	for k, v := range map[string]string{"Authorization": "Bearer " + brokertest.Token, "X-Syz-Agency": agency, "X-Syz-Role": role, "Content-Type": "application/json"} {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&out) // some answers are empty
	return res.StatusCode, out
}

func TestTheDocumentedBackupDoesNotBringErasedFieldsBack(t *testing.T) {
	root := t.TempDir()
	data := filepath.Join(root, "var/lib/syz/broker")
	for _, dir := range []string{data, filepath.Join(root, "etc/syz")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b := brokertest.Start(t, func(o *broker.Options) { o.Config.DataDir = data })
	ids := make([]string, 2)
	for i := range ids {
		s, made := told(t, b, "sheriff/dispatcher", http.MethodPost, "cases", map[string]string{"station": "century", "identified_by": "patrol_observation"})
		ids[i], _ = made["id"].(string)
		if s != http.StatusCreated || ids[i] == "" {
			t.Fatalf("opening a case: status %d", s)
		}
		if s, _ := told(t, b, "sheriff/mdt", http.MethodPost, "activations/"+ids[i]+"/personal-recorded", map[string]int{"age": 15}); s != http.StatusOK {
			t.Fatalf("recording an age: status %d", s)
		}
	}
	b.Close()
	archive := filepath.Join(t.TempDir(), "backup.tar.gz")
	shell(t, documented(t, root, archive))
	if list := shell(t, "tar -tzf "+archive); strings.Contains(list, "keys.vault") || !strings.Contains(list, "var/lib/syz/broker/") {
		t.Fatalf("the documented backup holds the vault, or nothing:\n%s", list)
	}
	b.Restart()
	for _, step := range [][2]string{{"sheriff/supervisor", "erasure-asked"}, {"desk/supervisor", "erased"}} {
		if s, _ := told(t, b, step[0], http.MethodPost, "activations/"+ids[0]+"/"+step[1], map[string]string{}); s != http.StatusOK {
			t.Fatalf("%s: status %d", step[1], s)
		}
	}
	b.Close()

	fresh := t.TempDir() // another machine: the archive, and the vault as it is now
	shell(t, "tar -xzf "+archive+" -C "+fresh)
	restored := filepath.Join(fresh, "var/lib/syz/broker")
	if err := os.CopyFS(filepath.Join(restored, "vault"), os.DirFS(filepath.Join(data, "vault"))); err != nil {
		t.Fatal(err)
	}
	b.Options.Config.DataDir = restored
	b.Restart()
	for i, want := range []bool{false, true} {
		s, c := told(t, b, "sheriff/mdt", http.MethodGet, "activations/"+ids[i]+"/course", nil)
		if _, readable := c["personal"]; s != http.StatusOK || readable != want {
			t.Errorf("case %d: status %d, personal fields readable: %v, want %v", i, s, readable, want)
		}
	}
	if code, out, errs := ctlRun(t, b.Addrs.Admin, "", "verify"); code != exitDone || !strings.Contains(out, "whole: ") {
		t.Errorf("verify: %d, %s %s", code, out, errs)
	}
}
