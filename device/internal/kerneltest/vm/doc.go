// Command vm boots a stock Debian kernel in an emulated machine and runs the tests of package kerneltest in it, then cuts the power of
// such machines many times. It prints what it does, and one line of JSON at the end.
//
// The machine is booted once. When it waits for orders its memory is written to a file, and every further machine begins there, within
// half a second. A cut is a SIGKILL of the emulator at a random moment. The machine's disk is served by this program, which plays a
// disk with a volatile cache: of what was written and not yet flushed when the power went, a random part reaches the platter, in any
// order, and one write may be torn at a sector.
package main
