package pgstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
	"hexiao/sync/wire"
)

const (
	beginView   = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	beginUpdate = "BEGIN ISOLATION LEVEL READ COMMITTED"
)

// An Update that others got in the way of is tried so often, after pauses that
// double from the first to the longest, each by chance somewhat shorter.
const (
	tries        = 12
	firstPause   = 2 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// errStale is returned when somebody else changed what an Update had read.
var errStale = errors.New("somebody else changed it")

// Store is an hq.Store in a PostgreSQL database.
type Store struct {
	pool     *pgxpool.Pool
	codec    codec
	places   *places
	identity *identityCache
	nonces   *nonceGuard
}

// View runs fn on one snapshot.
func (s *Store) View(ctx context.Context, fn func(hq.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := s.transaction(ctx, false)
	defer t.session.end(ctx)
	if err := fn(t); err != nil {
		return err
	}
	return t.session.commit(ctx)
}

// Update runs fn and commits what it put, again and again when others are in the
// way. It returns wire.ErrUnavailable when they always are.
func (s *Store) Update(ctx context.Context, fn func(hq.Tx) error) error {
	pause := firstPause
	for try := 1; ; try++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.once(ctx, try > 1, fn)
		if isLockTimeout(err) {
			return fmt.Errorf("%w: %w", wire.ErrUnavailable, err)
		}
		if !again(err) {
			return err
		}
		if try == tries {
			return fmt.Errorf("%w: %w", wire.ErrUnavailable, err)
		}
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}

// once runs an Update; careful: it locks what it reads of all of HQ.
func (s *Store) once(ctx context.Context, careful bool, fn func(hq.Tx) error) error {
	t := s.transaction(ctx, true)
	t.careful = careful
	defer t.session.end(ctx)
	if err := fn(t); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	if err := t.session.commit(ctx); err != nil {
		if t.puts.identity != nil {
			s.identity.forget()
		}
		return err
	}
	t.committed()
	return nil
}

// again reports whether a transaction that failed so did nothing and may do better
// next time.
func again(err error) bool {
	if err == nil {
		return false
	}
	if errors.Is(err, errStale) || pgconn.SafeToRetry(err) && !isConnect(err) {
		return true
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case "40001", "40P01", // serialization failure, deadlock
		"23505": // what was not there when it was read is there now
		return true
	}
	return false
}

// isLockTimeout tells who waited for a lock as long as it may: to begin at once anew
// would only make the queue longer.
func isLockTimeout(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == "55P03"
}

// isConnect tells a server that is not there from a connection that broke.
func isConnect(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect)
}

// Touched gives the points that Updates of all processes touched since a cursor:
// the oldest transaction that ran when it was made, for what it did not see is that
// old or younger, in whatever order they commit.
func (s *Store) Touched(ctx context.Context, since string) ([]kiosk.PointID, string, error) {
	q := db.New(s.pool)
	if _, err := strconv.ParseUint(since, 10, 64); err != nil {
		next, err := q.CursorNow(ctx)
		return nil, next, err
	}
	row, err := q.ListTouched(ctx, since)
	if err != nil {
		return nil, "", err
	}
	points := make([]kiosk.PointID, len(row.Points))
	for i, id := range row.Points {
		points[i] = kiosk.PointID(id)
	}
	return points, row.Next, nil
}

// UseNonce keeps the nonce of a signature in a table that all processes share.
func (s *Store) UseNonce(ctx context.Context, terminal kiosk.TerminalID, nonce string, now, until time.Time) (seen bool, err error) {
	clean, err := s.nonces.count(terminal, now)
	if err != nil {
		return false, err
	}
	q := db.New(s.pool)
	point, err := s.places.find(ctx, q, terminal)
	if err != nil {
		return false, err
	}
	n, err := q.UseNonce(ctx, db.UseNonceParams{Point: []byte(point), Terminal: []byte(terminal), Nonce: []byte(nonce), Until: until})
	if err == nil && clean {
		err = q.CleanNonces(ctx, now)
	}
	return n == 0, err
}

// Close waits for transactions under way.
func (s *Store) Close() error {
	s.identity.forget()
	s.pool.Close()
	return nil
}
