package hq

import "errors"

// Returned to an operator.
var (
	// ErrExists is returned when a point is added a second time.
	ErrExists = errors.New("it exists already")
	// ErrNoPoint is returned for a point that HQ does not have.
	ErrNoPoint = errors.New("HQ has no such point")
	// ErrNoOrder is returned for an order that HQ does not have.
	ErrNoOrder = errors.New("HQ has no such order")
	// ErrNoTerminal is returned for a terminal that HQ does not have.
	ErrNoTerminal = errors.New("HQ has no such terminal")
	// ErrNoCase is returned for a case that HQ does not have.
	ErrNoCase = errors.New("HQ has no such case")
	// ErrNotFound is for other things that HQ does not have; who returns it names
	// them.
	ErrNotFound = errors.New("HQ does not have it")
	// ErrInput is returned for a value that breaks a rule which the text names.
	ErrInput = errors.New("not accepted")
)

// Returned by stores when they are opened.
var (
	// ErrHeld is returned when another process holds the store.
	ErrHeld = errors.New("another process holds the store")
	// ErrNotAStore is returned for a file that is no store of HQ, is of an
	// unknown version, or is damaged.
	ErrNotAStore = errors.New("not a store of HQ")
)
