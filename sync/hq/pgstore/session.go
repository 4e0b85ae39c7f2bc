package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// session is one transaction on one connection, with as few round trips as can be:
// it takes the connection and begins with the first query, and what needs no answer
// waits for the next query and goes with it. It implements db.DBTX.
type session struct {
	pool  *pgxpool.Pool
	begin string

	conn    *pgxpool.Conn
	open    bool // begun and not ended
	waiting []statement
	failed  error // after it the server refuses all but a rollback
}

// statement waits to be sent.
type statement struct {
	sql  string
	args []any
	read func(pgx.BatchResults) error // nil: only whether it failed
}

// Exec has a statement sent with the next query or with the commit. What becomes of
// it is known then.
func (s *session) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	s.waiting = append(s.waiting, statement{sql: sql, args: args})
	return pgconn.CommandTag{}, nil
}

// Query sends what waits, and a query.
func (s *session) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	results, err := s.send(ctx, &statement{sql: sql, args: args})
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		s.failed = err
		_ = results.Close() // says the same again
		return nil, err
	}
	return &lastRows{rows, s, results}, nil
}

// QueryRow sends what waits, and a query for one row.
func (s *session) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := s.Query(ctx, sql, args...)
	return firstRow{rows, err}
}

// run sends what waits.
func (s *session) run(ctx context.Context) error {
	if len(s.waiting) == 0 {
		return nil
	}
	results, err := s.send(ctx, nil)
	if err != nil {
		return err
	}
	s.failed = results.Close()
	return s.failed
}

// commit sends what waits, and ends the transaction. One that never began has
// nothing to commit.
func (s *session) commit(ctx context.Context) error {
	if s.failed != nil || !s.open && len(s.waiting) == 0 {
		return s.failed
	}
	s.waiting = append(s.waiting, statement{sql: "COMMIT", read: committed})
	err := s.run(ctx)
	if err == nil {
		s.open = false
	}
	return err
}

// committed makes sure of it: a server answers a COMMIT that it rolls back without an
// error.
func committed(results pgx.BatchResults) error {
	tag, err := results.Exec()
	if err == nil && tag.String() != "COMMIT" {
		err = fmt.Errorf("the server answered COMMIT with %s", tag)
	}
	return err
}

// end lets go of the connection, and undoes what was not committed.
func (s *session) end(ctx context.Context) {
	if s.conn == nil {
		return
	}
	if s.open && !s.conn.Conn().IsClosed() {
		// Also when the caller gave up: else the pool would throw the connection away, and
		// the server hold the locks until it noticed.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTime)
		_, err := s.conn.Exec(ctx, "ROLLBACK")
		cancel()
		if err != nil {
			_ = s.conn.Conn().Close(ctx) // the server undoes it then
		}
	}
	s.conn.Release()
	s.conn = nil
}

// send sends what waits and a last statement, whose results are left to be read.
func (s *session) send(ctx context.Context, last *statement) (pgx.BatchResults, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	if s.conn == nil {
		conn, err := s.pool.Acquire(ctx)
		if err != nil {
			s.failed = err
			return nil, err
		}
		s.conn = conn
	}
	waiting := s.waiting
	s.waiting = nil
	if !s.open {
		waiting = append([]statement{{sql: s.begin}}, waiting...)
		s.open = true
	}
	batch := &pgx.Batch{}
	for _, w := range waiting {
		batch.Queue(w.sql, w.args...)
	}
	if last != nil {
		batch.Queue(last.sql, last.args...)
	}
	results := s.conn.SendBatch(ctx, batch)
	for _, w := range waiting {
		var err error
		if w.read != nil {
			err = w.read(results)
		} else {
			_, err = results.Exec()
		}
		if err != nil {
			s.failed = err
			_ = results.Close() // says the same again
			return nil, err
		}
	}
	return results, nil
}

// lastRows are the rows of a batch's last query.
type lastRows struct {
	pgx.Rows
	session *session
	results pgx.BatchResults
}

// Close ends the batch with its rows.
func (r *lastRows) Close() {
	r.Rows.Close()
	if err := r.Err(); err != nil {
		r.session.failed = err
	}
	_ = r.results.Close() // the rows have the same error
}

// firstRow is the one row of a query.
type firstRow struct {
	rows pgx.Rows
	err  error
}

// Scan implements pgx.Row.
func (r firstRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// affected sends what waits and a statement, and says how many rows it changed.
func (s *session) affected(ctx context.Context, sql string, args ...any) (int64, error) {
	results, err := s.send(ctx, &statement{sql: sql, args: args})
	if err != nil {
		return 0, err
	}
	tag, err := results.Exec()
	s.failed = errors.Join(err, results.Close())
	return tag.RowsAffected(), s.failed
}
