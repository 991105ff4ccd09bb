// Package agentapi is the contract between a kiosk and the agent of its device: the types, the client and the server.
//
// It is HTTP with JSON on a unix socket (mode 0660, group syz), so curl --unix-socket is a kiosk too. The state is whole each time:
// who missed one has missed nothing. Times are ages in milliseconds, counted at the moment of sending, so that no two clocks need
// to agree. Errors are application/problem+json (RFC 9457) with a stable code.
//
//	GET  /v1/state                          State
//	GET  /v1/events                         State as server-sent events: at once, on every change, and every 2 s as a heartbeat
//	POST /v1/activations                    Raise  -> 201 Raised, after the fsync
//	POST /v1/activations/{id}/needs         NeedRequest
//	POST /v1/activations/{id}/intake        IntakeRequest    (staff)
//	POST /v1/activations/{id}/report        ReportRequest    (staff)
//	POST /v1/activations/{id}/welfare       WelfareRequest   (staff)
//	POST /v1/activations/{id}/left          {}               (staff)
//	POST /v1/activations/{id}/cancel        {}               (staff)
//	POST /v1/activations/{id}/verify        VerifyRequest    (staff)
//	POST /v1/activations/{id}/handover      {}               (staff)
//	POST /v1/pin                            PINRequest -> PINAnswer
//	POST /v1/selftest                       {} -> State
//	POST   /v1/walktest                     {} -> State      (staff) starts the walk test of the panic button, see [WalkTest]
//	DELETE /v1/walktest                     -> State         (staff) stops it
//	PUT    /v1/screen                       ScreenRequest: what is wrong with the screen itself
//	POST /v1/restart                        {}               (it)
//	POST /v1/enrol                          EnrolRequest     (it, or a device that is not enrolled)
//	POST /v1/sim/button                     SimButton; only on a simulated board
//
// Staff calls carry the token of PINAnswer as "Authorization: Bearer TOKEN".
package agentapi
