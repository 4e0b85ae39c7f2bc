// Package intake is how orders come to HQ from elsewhere, and what goes back: tables
// of sources with names of their own, the interface for other systems, links for
// customers, announced consignments, and platforms that are asked by themselves.
//
// # Sources
//
// A [Source] is kept under a name. Its mapping says how its tables are read
// ([Intake.ImportTable]). A source of the kind [KindCRMEB] is a shop that HQ asks:
// [Intake.Sync] takes its orders in and tells it what was collected. Another kind of
// shop is another [Platform]; the CRMEB one is the example.
//
// What is told to a shop is found by the orders' versions and the terminals' requests, and kept with the order
// once the shop has said yes: a run that breaks off is continued by the next, and a
// shop may hear of an order twice. Of several HQs over a store one runs a source at a
// time.
//
// # The interface for other systems
//
// [Intake.APIHandler] serves /api/v1/, as the OpenAPI document in this package says.
// Every request carries a key ([Intake.AddKey]) as a bearer. A key is of one point,
// or of all; one of a merchant only reads, and sees lines of its own goods alone.
// Amounts are in fen, times in RFC 3339. Errors are problem documents (RFC 9457).
// A request with an Idempotency-Key is answered as the first one was for 24 hours.
//
// # Links
//
// [Intake.LinkHandler] shows a customer the code of an order as a page at /c/ and an
// unguessable token, which [Intake.Link] makes. The token is authenticated with a
// secret of HQ's and with the order's opaque code: when that code is withdrawn, so is
// the link. The page shows the point, the goods, and of the customer what the desk
// sees: a masked name and the tail of a phone number. It shows no code of an order
// that is collected, cancelled or refunded.
//
// # Consignments
//
// Expected is what the orders of a consignment add up to, and what a merchant
// announced by the interface; received is what terminals signed for. [Receipts] keeps
// the signatures as they are settled: those from before HQ had it are not counted.
//
// # Limits
//
// A request has at most 4 MiB and 1,000 orders. A key may ask 50 times a second, and
// 200 times at once, of each HQ. The secret of a shop is kept in the store as it is,
// and never shown. An after-sale gives an order no new version: who follows the list
// of orders hears of it by the list of requests. A consignment is counted by reading all orders of its point.
package intake
