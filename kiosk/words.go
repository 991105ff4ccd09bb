package kiosk

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/face"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// prepare loads the words that this kiosk can show: of every language that the site does not refuse and whose letters are here.
// Letters that are missing are a fault, never a reason not to start.
func prepare(opt Options) (locale.Set, *face.Book, []flow.Fault, error) {
	all, err := locale.Load()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("cannot load words: %w", err)
	}
	if _, err := all.Find(opt.Lang); err != nil {
		return nil, nil, nil, err
	}
	allowed := all.Allowed(!opt.Refuse)
	book := face.Open(opt.Faces, opt.Log)
	missing := book.Missing(allowed.Languages())
	words := slices.DeleteFunc(allowed, func(c *locale.Catalog) bool { return slices.Contains(missing, c.Language) })
	for _, c := range words {
		book.Need(c.Language, c.Everything())
	}
	if len(missing) == 0 {
		return words, book, nil, nil
	}
	names := strings.Join(missing, ", ")
	opt.Log.Error("faces are missing, so these languages are not offered", slog.String("languages", names))
	return words, book, []flow.Fault{{Code: agentapi.ScreenFaces, Names: names}}, nil
}
