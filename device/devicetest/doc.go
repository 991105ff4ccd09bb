// Package devicetest is a device without a device: a scripted agent on a real unix socket, for tests of a kiosk and for simulations.
//
// A test sets the state that the kiosk should see and reads which calls the kiosk made. Nothing happens by itself: the script is the
// broker, the button and the clock.
package devicetest
