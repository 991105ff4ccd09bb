// Package release makes the public fact sheet of a scope: the working sheet, less everything that could point at one young person, given
// every sheet that was released before. The broker keeps a [Release] in its ledger, and what was released stays as it was. The package
// joins report and disclosure, which do not know of each other, and is beside the broker so that a test can release as the broker does.
package release
