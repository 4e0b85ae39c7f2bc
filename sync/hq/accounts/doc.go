// Package accounts keeps who may look at HQ's web pages: accounts with a role each,
// their sessions, and what they did.
//
// # Accounts
//
// An account has a name, a role and a password. An owner and an operator see
// everything; a leader sees one point, a merchant one supplier's goods
// ([Account.Point], [Account.Supplier]). A password has 10 to 256 bytes and is kept
// as its argon2id hash (RFC 9106; 19 MiB, two passes, OWASP's minimum). At most two
// are computed at once, so that a crowd before the door costs no more memory.
//
// # Second factor
//
// An account may ask for a code besides: TOTP (RFC 6238) with SHA-1, six digits and
// steps of 30 seconds, which is what every authenticator can do. The steps before and
// after count, none twice. Ten recovery codes of 80 random bits open it once each.
//
// # Sessions
//
// A session is a random token of 128 bits or more in the browser and its SHA-256
// here. It ends after two hours without use, twelve hours after it began, and with
// every change of the password, of the role or of the second factor. Until the second
// code was given, it opens nothing ([Session.Half]) and ends after five minutes.
//
// # Limits on guessing
//
// Within 15 minutes an account takes ten wrong passwords from an address and a
// hundred from all of them, ten wrong codes, and an address may make fifty mistakes.
// The counters are in the store: replicas share them, and a restart keeps them. An
// unknown name costs as long as a known one and is answered alike.
//
// # Audit
//
// [Accounts.Note] keeps who did what, when and from where. Entries are never changed
// or deleted. They hold no password, pickup code, customer's name or phone.
//
// # Limits
//
// Everything is kept as documents of [hq.Store]. The secrets of second factors are
// kept as they are: who has the store's file has them. HQ does not delete old audit
// entries; a hundred bytes each, they are few beside the journals.
package accounts
