// Package disclosure decides which cells of published tables must stay hidden so that nobody can be recognised in them.
//
// The county's analyst publishes counts for fixed periods and sets of stations, called scopes. A count from 1 to below the threshold
// could point at one young person, so it is hidden (primary suppression). Hiding one cell of a table whose total is public would let
// a reader subtract, so further cells are hidden with it (complementary suppression). The same subtraction works across tables that
// share a total and across scopes that overlap: a year less three of its quarters is the fourth. [Protect] therefore looks at one
// system of equations for everything that was ever published.
//
// It promises that, given every published number, each hidden cell and each small difference between scopes could still have at least
// two values that are [Options.Spread] apart. The check is a linear program in exact arithmetic: no rounding can make a cell look safe.
// When it cannot be promised, because earlier publications already tell, nothing is published and [ErrTold] says so.
//
// The package is pure: no clock, no files, no goroutines. It sees categories and scopes, never a person.
package disclosure
