// Command vm boots a stock Debian kernel in an emulated machine and runs the tests of package kerneltest in it, then cuts the power of
// such machines many times. It prints what it does, and one line of JSON at the end.
//
// The machine is booted once. When it waits for orders its state is written to a file and its memory is one already; every further machine
// begins there, within half a second, also in later runs as long as nothing has changed of what it is made of. The machine's disk is served
// by this program, which plays a disk with a volatile cache: of what was written and not yet flushed when the power went, a random part
// reaches the platter, in any order, and one write may be torn between sectors.
//
// A power cut comes at a random moment, also while the agent starts and reads what the last cut left. It is a SIGKILL of the emulator; or,
// nine times out of ten because it is quicker, the disk alone loses its power: from that instant on nothing reaches the platter any more.
// Then the agent is killed and the file system taken down, with which everything that the machine had in memory of the disk is gone, and
// the next start reads the platter. For what is on the disk the two are the same.
package main
