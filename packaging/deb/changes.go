package deb

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/files"
)

// addChanges ships the newest changes in the form that Debian's tools show before an upgrade.
func (o Options) addChanges(info *nfpm.Info, tmp string) error {
	text, err := os.ReadFile(filepath.Join(o.Root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	// The header of the compressed file has no time in it, so two builds stay alike.
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	fmt.Fprintf(zip, "%s (%s) stable; urgency=medium\n\n", info.Name, o.Version)
	for _, change := range newest(string(text)) {
		fmt.Fprintf(zip, "  * %s\n", change)
	}
	fmt.Fprintf(zip, "\n -- %s  %s\n", Maintainer, o.MTime.Format(time.RFC1123Z))
	if err := zip.Close(); err != nil {
		return err
	}
	from := filepath.Join(tmp, "changelog.gz")
	info.Contents = append(info.Contents, &files.Content{
		Source: from, Destination: path.Join("/usr/share/doc", info.Name, "changelog.gz"),
		FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: 0o644, MTime: o.MTime},
	})
	return os.WriteFile(from, packed.Bytes(), 0o644)
}

// newest lists the items under the first heading of a version.
func newest(changes string) []string {
	_, rest, _ := strings.Cut(changes, "\n## ")
	section, _, _ := strings.Cut(rest, "\n## ")
	var items []string
	for line := range strings.Lines(section) {
		if item, ok := strings.CutPrefix(line, "- "); ok {
			items = append(items, strings.TrimSpace(item))
		}
	}
	return items
}
