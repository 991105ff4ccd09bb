package desk

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed web
var web embed.FS

// assets serves the files of the pages below an address that changes with their content, so that browsers may keep them for ever.
type assets struct {
	version string
	files   map[string][]byte
	packed  map[string][]byte // the same with gzip
}

func loadAssets() (assets, error) {
	a := assets{files: make(map[string][]byte), packed: make(map[string][]byte)}
	h := sha256.New()
	err := fs.WalkDir(web, "web/static", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := web.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
		a.files[path.Base(name)] = b
		var z bytes.Buffer
		w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression) // the level is a good one
		_, _ = w.Write(b)                                     // memory never fails
		_ = w.Close()
		a.packed[path.Base(name)] = z.Bytes()
		return err
	})
	if err != nil {
		return a, fmt.Errorf("cannot read embedded files: %w", err)
	}
	a.version = hex.EncodeToString(h.Sum(nil)[:6])
	return a, nil
}

// URL is the address of a file.
func (a assets) URL(name string) string { return "/static/" + a.version + "/" + name }

func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, ok := a.files[path.Base(r.URL.Path)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if path.Base(path.Dir(r.URL.Path)) == a.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		b = a.packed[path.Base(r.URL.Path)]
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
	_, _ = w.Write(b) // the asker has gone
}

func (d *Desk) loadTemplates() (*template.Template, error) {
	t, err := template.New("desk").Funcs(template.FuncMap{
		"asset":     d.assets.URL,
		"clock":     d.clock,
		"hm":        d.hourMinute,
		"dated":     d.dated,
		"inhour":    d.inHour,
		"day":       func(t time.Time) string { return t.In(d.opt.TimeZone).Format("2 Jan 2006") },
		"ms":        func(t time.Time) int64 { return t.UnixMilli() },
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"languages": languageWords,
		"called":    calledWords,
		"ago":       func(t time.Time) string { return spoken(d.opt.Clock().Sub(t)) },
		"boxes":     newBoxes,
		"roles":     roleTitles,
		"zonename":  d.zoneName,
		"zonenames": d.zoneNames,
		"once": func(title, detail, secret, here string) map[string]string {
			return map[string]string{"Title": title, "Detail": detail, "Secret": secret, "Here": here}
		},
		"pair":      func(a, b any) struct{ A, B any } { return struct{ A, B any }{a, b} },
		"plain":     func(code string) string { return strings.ReplaceAll(code, "_", " ") },
		"onday":     func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"span":      spanWords,
		"condition": conditionWords,
		"start":     startWords,
		"left":      func(t time.Time) string { return leftWords(t.Sub(d.opt.Clock())) },
	}).ParseFS(web, "web/templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("cannot read page templates: %w", err)
	}
	return t, nil
}

// leftWords says how far off something expected is: in 8 min, 4 min late.
func leftWords(d time.Duration) string {
	if d <= -time.Minute {
		return spoken(-d) + " late"
	}
	if d < time.Minute {
		return "now"
	}
	return "in " + spoken((d + 30*time.Second).Truncate(time.Minute))
}
