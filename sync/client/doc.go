// Package client is HQ as a terminal sees it over HTTP: it signs, sends,
// retries, and reads answers within limits. [HQ] is the Remote that package
// engine asks for; [Enrol] makes a device known.
//
// # Manners
//
// Requests are signed as sync/wire says, a new nonce and time for each try.
// When HQ finds the time too far off, it tells its own; the client then signs
// by HQ's clock from there on, so that a terminal with an empty clock battery
// gets in step with HQ before anybody has set its clock.
//
// Every operation can be repeated (HQ answers known events as the first time,
// and an enrolment with the same code and key too), so failures of the network
// and answers of status 429 and 5xx are retried a few times with growing, jittered
// pauses; Retry-After is obeyed up to 30 seconds and otherwise handed to the
// caller as *backoff.RetryAfterError. A stream of orders is retried only before
// its first page.
//
// # Whose word counts
//
// HQ signs its answers, and only an answer that a trusted key signed for this very
// request is looked at, be it a refusal or the time; see wire.SignAnswer. Everything
// else (a login page, a gateway's error, an answer that was kept and is played
// again) is no answer: the call ends as ErrUnreachable with ErrNotHQ, and is retried
// like any. When the key is unknown, HQ is asked for the chain of its keys, which
// must lead there from a trusted one. The parts of a stream of orders are signed
// each by itself, and checked by who keeps them.
//
// Orders come in pages that HQ has signed for the very request; nothing of another
// page is delivered. [HQ.Follow] keeps such a stream open. It gives up when no line
// came for 45 seconds, or no watermark, which alone is signed, for three minutes.
//
// # Limits
//
// A call ends within [Options.Timeout], a stream when nothing came for as long
// or when it only trickles.
// Answers are limited as package wire says, after decompression, their headers to
// 64 KB. Redirects are not followed: HQ's address is set once, by people. Nothing
// forces HTTPS, but the answer to an enrolment holds the point's secret: use http only
// on the machine itself or in a network that is trusted. How HTTPS is checked, and
// what a self-signed certificate needs, wire.ClientTLS says.
package client
