// Package county runs a small county on one machine out of the real programs: a broker, devices with their agents, and whatever
// watches them. Everything is in one directory and on ports of the loopback interface; nothing outlives the county.
//
// It serves the demo, the load generator, the benches and the end-to-end stories.
package county
