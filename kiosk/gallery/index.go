package gallery

import (
	_ "embed"
	"fmt"
	"html/template"
	"os"
)

//go:embed index.html
var page string

// language is one choice of the page.
type language struct {
	Code, Name, Review string
	Right              bool
}

// index writes the page that shows the pictures.
func (g *gallery) index(file string) error {
	t, err := template.New("index").Parse(page)
	if err != nil {
		return fmt.Errorf("cannot read the page of the gallery: %w", err)
	}
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("cannot write the page of the gallery: %w", err)
	}
	defer f.Close()
	var langs []language
	for _, l := range g.langs {
		c := g.words.Pick(l)
		langs = append(langs, language{Code: l, Name: c.Name, Review: string(c.Review), Right: c.Right})
	}
	err = t.Execute(f, map[string]any{"Languages": langs, "Sizes": g.sizes, "Themes": g.themes, "Pages": g.pages, "Missing": g.missing})
	if err != nil {
		return fmt.Errorf("cannot write the page of the gallery: %w", err)
	}
	return f.Close()
}
