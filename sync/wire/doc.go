// Package wire is the contract between a pickup-point terminal and HQ: the
// OpenAPI document, the types and the server interface generated from it, and
// everything that both sides must do in the same way.
//
// # What both sides share
//
//   - openapi.yaml says which operations there are and what they promise;
//     wire.gen.go is generated from it and holds the JSON types and
//     [ServerInterface].
//   - NewBatch, NewAck, NewOrder, NewPoint and so on bring the domain's types
//     onto the wire, the Domain methods bring them back and check them.
//   - [Sign] and [Verify] are the two ends of a device's signature (RFC 9421).
//   - [SigningAnswers] and [VerifyAnswer] are the two ends of HQ's own.
//   - [ProblemOf] and [RefusalOf] are the two ends of an error.
//   - [NewOrdersWriter] and [ReadOrders] are the two ends of the stream of orders as
//     NDJSON, [NewCompactWriter] and [ReadCompact] those of its compact form; pages
//     are signed and checked there.
//   - [EncodeBody] and [DecodeBody] are the two ends of a JSON body, gzipped or not.
//
// # Limits
//
// A batch has at most [MaxRecords] records, a request at most [MaxRequestBytes]
// before and [MaxBodyBytes] after decompression, a line of the order stream at
// most [MaxLineBytes], a page of it at most [MaxPageLines] lines;
// values lie in each other at most [MaxDepth] deep. Whatever
// exceeds a limit or does not parse is an [ErrMalformed] or [ErrTooLarge], never
// a panic.
//
// # Versions
//
// Unknown JSON fields are ignored, so that the other side may be newer; unknown
// values of a closed set (a status, a settlement) are refused. The head of
// openapi.yaml says what may change within /v1 and what needs /v2. testdata/v1.0 has
// the document and the messages of the version before: tests hold the present one to
// be nothing but additions, read the older messages, and read what is written now by
// the older rules. When a version is released, its document and messages take their place.
//
// The signature covers path and query as Go has decoded and raw them; ids
// with characters that a URL escapes are signed unescaped.
package wire

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config oapi-codegen.yaml -o wire.gen.go openapi.yaml
