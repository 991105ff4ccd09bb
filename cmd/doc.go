// Package cmd holds the programs, one directory each, and the tests that guard how the whole is put together.
//
// A program is flags, signals, Options, Run(ctx) and an exit code; everything else is in kiosk/, device/ and broker/, where a test
// can start it. The tests here read the source of all packages and fail with the reason when a wall is broken: who may import whom,
// what may read a clock, which words no youth may ever meet, what lies at the top.
package cmd
