package protocol

import _ "embed" // the founding county's documents

//go:embed shipped/template.json
var shippedTemplate []byte

//go:embed shipped/lists.json
var shippedLists []byte

//go:embed shipped/stations.json
var shippedStations []byte

// Shipped returns the documents of the founding county, with which every county begins.
func Shipped() (Template, Lists, Stations) {
	t, err := ParseTemplate(shippedTemplate)
	if err != nil {
		panic(err) // a test reads them
	}
	l, err := ParseLists(shippedLists)
	if err != nil {
		panic(err)
	}
	s, err := ParseStations(shippedStations)
	if err != nil {
		panic(err)
	}
	return t, l, s
}
