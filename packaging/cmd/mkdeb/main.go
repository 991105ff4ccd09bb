// Command mkdeb builds the Debian packages: mkdeb -bin DIR -out DIR -version V -epoch SECONDS recipes/syz-agent.yaml ...
//
// The script run at the top of the repository calls it from the packaging directory. It prints the path of each package. It exits
// with 0 when all were built, 1 when one could not be, 2 when it was called wrongly.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"safeyouthzone/packaging/deb"
)

func main() {
	var o deb.Options
	flag.StringVar(&o.Root, "root", ".", "the packaging directory")
	flag.StringVar(&o.Bin, "bin", "", "directory that holds the programs")
	flag.StringVar(&o.Out, "out", "", "directory for the packages")
	flag.StringVar(&o.Version, "version", "", "version of the packages")
	flag.StringVar(&o.Arch, "arch", "amd64", "architecture of the programs")
	epoch := flag.Int64("epoch", 0, "time of every file inside, in seconds since 1970")
	flag.Parse()
	if o.Bin == "" || o.Out == "" || o.Version == "" || *epoch <= 0 || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	o.MTime = time.Unix(*epoch, 0).UTC()
	for _, recipe := range flag.Args() {
		path, err := deb.Build(o, recipe)
		if err != nil {
			fmt.Fprintln(os.Stderr, "mkdeb:", err)
			os.Exit(1)
		}
		fmt.Println(path)
	}
}
