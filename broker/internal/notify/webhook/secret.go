package webhook

import (
	"encoding/base64"
	"strings"
)

// ParseSecrets reads a file of secrets: one in a line, the newest first, blank lines and lines that begin with # left out.
func ParseSecrets(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func decode(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }
