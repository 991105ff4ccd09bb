// Package disclosure decides which cells and means of published tables must stay hidden so that nobody can be recognised in them.
//
// The county's analyst publishes counts for fixed periods and sets of stations, called scopes. A count from 1 to below the threshold
// could point at one young person, and so could a larger one behind which there are few persons, or one person most of the time
// (dominance): it is hidden. Hiding one cell of a table whose total is public would let a reader subtract, so further cells are hidden
// with it (complementary suppression). The same subtraction works across tables that share a total and across scopes that overlap: a
// year less three of its quarters is the fourth. [Protect] therefore looks at one system of equations for everything that was ever
// published. A published mean is an equation too: times its number it is a sum, known as closely as it is rounded.
//
// It promises that, given every published number, each hidden cell and each small difference between scopes could still have at least
// two values that are [Options.Spread] apart, and that no sum of values is known more closely than that, so that even who knows all
// others of a group is that far from the last one. The check is a linear program in exact arithmetic: no rounding can make a cell look
// safe. When it cannot be promised, because earlier publications already tell, nothing is published and [ErrTold] says so.
//
// What is not a sum of values, such as a percentile, is not an equation. It may be shown where scopes tell no small group apart: [Apart].
//
// The package is pure: no clock, no files, no goroutines. It sees categories and scopes, and of persons only which items are of one.
package disclosure
