// Package deb builds the Debian packages of Safe Youth Zone from the recipes beside it.
//
// cmd/mkdeb calls it. It promises that the same recipe, programs, version and time give the same bytes, so that anybody can build a
// package again and compare. The maintainer scripts are written once, in scripts/, and filled in from what a recipe ships: a unit
// that is in a package is also enabled, stopped and forgotten by it. A recipe that fails leaves no half-written package behind.
package deb
