package accounts

import "errors"

// Returned to who wants to come in.
var (
	// ErrWrong is returned for a name and password that do not belong together, for an
	// account that is disabled, and for a wrong code.
	ErrWrong = errors.New("name, password or code are wrong")
	// ErrSlowDown is returned after too many mistakes, until their window is over.
	ErrSlowDown = errors.New("too many mistakes; try again in 15 minutes")
	// ErrNoSession is returned for a token that opens nothing (any more).
	ErrNoSession = errors.New("not signed in")
)

// Returned to who looks after accounts.
var (
	// ErrNoAccount is returned for a name that nobody has.
	ErrNoAccount = errors.New("there is no such account")
	// ErrExists is returned for a name that somebody has.
	ErrExists = errors.New("there is such an account already")
	// ErrInput is returned for a value that breaks a rule which the text names.
	ErrInput = errors.New("not accepted")
)
