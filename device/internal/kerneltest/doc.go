// Package kerneltest runs the agent's real driver, button loop and outbox on a real kernel: a stock Debian kernel in an emulated machine
// whose GPIO lines, disk and watchdog are emulated too. Its tests need that machine and are built with the tag kernelgpio alone;
// vm starts it. "./run kernel" does all of it.
package kerneltest
