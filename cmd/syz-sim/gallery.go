package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"safeyouthzone/kiosk/gallery"
)

// gallery draws the pages of the kiosk.
func (s sim) gallery(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("gallery", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	asJSON := fs.Bool("json", false, "")
	var o gallery.Options
	lists := map[string]*[]string{"lang": &o.Languages, "size": &o.Sizes, "theme": &o.Themes, "page": &o.Pages}
	for name, to := range lists {
		fs.Func(name, "", func(v string) error {
			*to = strings.Split(v, ",")
			return nil
		})
	}
	if err := fs.Parse(args); err != nil || fs.NArg() < 1 {
		return errUsage
	}
	dir := fs.Arg(0) // flags may stand before the directory and after it
	if err := fs.Parse(fs.Args()[1:]); err != nil || fs.NArg() != 0 {
		return errUsage
	}
	o.Progress = func(done, total int) {
		if done%500 == 0 && done != total {
			s.say("%d of %d pictures", done, total)
		}
	}
	r, err := gallery.Write(ctx, dir, o)
	switch {
	case errors.Is(err, gallery.ErrUnknown):
		s.say("syz-sim: %v", err)
		return errUsage
	case err != nil:
		return fmt.Errorf("cannot draw gallery: %w", err)
	case *asJSON:
		return json.NewEncoder(s.out).Encode(r)
	}
	for _, lang := range r.Missing {
		s.say("not drawn: %s, its letters are not on this machine", lang)
	}
	fmt.Fprintf(s.out, "%d pictures of %d pages; open %s\n", r.Pictures, r.Pages, r.Index)
	return nil
}
