// Package webhook tells merchants' and other platforms' own systems what happens at
// HQ, by HTTP: that goods were handed over, that a reminder is wanted, that a case
// was opened.
//
//	hooks, err := webhook.New(ctx, webhook.Config{Store: store, Now: now, Random: rand.Reader, Log: log})
//	hq.New(ctx, hq.Config{Observers: []hq.Observer{hooks}, ...})
//	hooks.Run(ctx)   // in the server, of each replica
//
// # What is sent
//
// A POST with a JSON body, {"type": KIND, "timestamp": TIME, "data": {...}}, and the
// headers of the Standard Webhooks specification: webhook-id, the same at each try;
// webhook-timestamp, in seconds; webhook-signature, "v1," and the base64 of
// HMAC-SHA256 over id.timestamp.body by the hook's secret, one for each secret that is
// live. Bodies hold ids, quantities and states, and never a pickup code, a name or a
// phone number. A hook hears of one point or of all, of one supplier's goods or of
// all, of some kinds or of all; see [Kinds].
//
// # Promise
//
// What a transaction of HQ does is queued in that transaction: a delivery is lost only
// with the store, and nothing is told that did not happen. It is sent at least once;
// a receiver tells doubles by webhook-id. What concerns one order is sent in its
// order: later deliveries wait for one that failed. Any answer of 2xx is success. All
// else is tried again after 5 s and growing, jittered pauses, for three days; after
// that it is dead, listed, and sent again when somebody says so ([Hooks.Retry]).
// One replica at a time sends for a hook, by a lease in the store.
//
// # Limits
//
// A receiver has ten seconds, and 64 KiB of its answer are read. Redirects are not
// followed. Addresses of private networks and of this machine are refused, after the
// name was resolved, unless the configuration allows them, and so is plain HTTP. A
// slow receiver holds up nobody else. A hook that is added is heard by other replicas
// within some seconds: what they do until then is not sent. There are at most 200
// hooks. A store that was put back from a backup sends again what it sent since.
package webhook
