package deb

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
)

// recordKeeper is the package whose state nobody could make again: purging it keeps the ledger.
const recordKeeper = "syz-broker"

// byOperator is the package whose unit works only when an operator has set it up: it names accounts and secrets of the county's own.
const byOperator = "syz-relay"

// addScripts fills in the maintainer scripts from what the package ships. A package without units needs none.
func (o Options) addScripts(info *nfpm.Info, tmp string) error {
	units, sysusers := shipped(info)
	if len(units) == 0 {
		return nil
	}
	fill := strings.NewReplacer(
		"@PACKAGE@", info.Name,
		"@UNITS@", strings.Join(units, " "),
		"@SYSUSERS@", strings.Join(sysusers, " "),
		"@STATE@", "/var/lib/syz/"+strings.TrimPrefix(info.Name, "syz-"),
		"@KEEP@", yes(info.Name == recordKeeper),
		"@ENABLE@", yes(info.Name != byOperator),
	)
	info.Scripts = nfpm.Scripts{
		PostInstall: filepath.Join(tmp, "postinst"),
		PreRemove:   filepath.Join(tmp, "prerm"),
		PostRemove:  filepath.Join(tmp, "postrm"),
	}
	for _, to := range []string{info.Scripts.PostInstall, info.Scripts.PreRemove, info.Scripts.PostRemove} {
		text, err := os.ReadFile(filepath.Join(o.Root, "scripts", filepath.Base(to)))
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, []byte(fill.Replace(string(text))), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// shipped lists the names of the units and of the sysusers files of the package.
func shipped(info *nfpm.Info) (units, sysusers []string) {
	for _, c := range info.Contents {
		switch path.Dir(c.Destination) {
		case "/usr/lib/systemd/system":
			units = append(units, path.Base(c.Destination))
		case "/usr/lib/sysusers.d":
			sysusers = append(sysusers, path.Base(c.Destination))
		}
	}
	return units, sysusers
}

// yes is the word for b in a shell script.
func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
