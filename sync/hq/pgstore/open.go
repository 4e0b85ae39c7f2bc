package pgstore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"hexiao/sync/hq"
)

const (
	// oldestServer is PostgreSQL's version that the store was tried with.
	oldestServer = 15
	// connections is the pool's limit where the URL names none.
	connections  = 16
	connectTime  = 10 * time.Second
	rollbackTime = 5 * time.Second
)

// limits end at the server what hangs, where the URL does not say otherwise.
func limits() map[string]string {
	return map[string]string{
		"statement_timeout": "60s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s", "application_name": "hq",
	}
}

// Is reports whether an address names a database of PostgreSQL.
func Is(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Config reads an address, postgres://user:password@host/database?…, and adds what
// the store needs. Beside libpq's parameters it takes pool_max_conns and the others
// of pgxpool, and the server's settings by their names, such as statement_timeout.
func Config(address string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		// The text of pgx may show parts of the address, and so of a password in it.
		return nil, errors.New("this is no address of a PostgreSQL database; it has the form postgres://USER:PASSWORD@HOST/DATABASE")
	}
	if u, err := url.Parse(address); err == nil && !u.Query().Has("pool_max_conns") {
		config.MaxConns = connections
	}
	config.MaxConns = max(2, config.MaxConns) // one holds the lock of the migrations while another runs them
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	for name, value := range limits() {
		if config.ConnConfig.RuntimeParams[name] == "" {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// Open opens the store in the database that an address names, and makes its tables
// where the database is empty; see [Config]. It returns hq.ErrNotAStore for a
// database that something else is in, or that a newer program made.
func Open(ctx context.Context, address string) (*Store, error) {
	config, err := Config(address)
	if err != nil {
		return nil, err
	}
	return OpenConfig(ctx, config)
}

// OpenConfig is Open for what [Config] gave.
func OpenConfig(ctx context.Context, config *pgxpool.Config) (*Store, error) {
	codec, err := newCodec()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s := &Store{pool: pool, codec: codec, places: newPlaces(), identity: &identityCache{}, nonces: newNonceGuard()}
	if err := s.prepare(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database %q: %w", config.ConnConfig.Database, sentence(err))
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	var version int
	if err := s.pool.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return err
	}
	if version < oldestServer*10_000 {
		return fmt.Errorf("its server is PostgreSQL %d; this program needs %d or newer", version/10_000, oldestServer)
	}
	return migrate(ctx, s.pool)
}

// sentence says in words what a server refuses with a code.
func sentence(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code {
		case "3D000":
			return errors.New("there is no such database; createdb makes one")
		case "28P01", "28000":
			return errors.New("the server does not accept this user and password")
		case "42501":
			return fmt.Errorf("the user lacks rights there: %s", refused.Message)
		case "53300":
			return errors.New("the server has no connection left; raise its max_connections, or lower pool_max_conns in the address")
		}
		return err
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		// Its own text names the user and the host, and every address that was tried.
		return fmt.Errorf("the server does not answer at %s: %w", connect.Config.Host, rootOf(connect))
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%w: a row that every store has is missing", hq.ErrNotAStore)
	}
	return err
}

// rootOf is the last of the causes of an error, which is short.
func rootOf(err error) error {
	for {
		switch e := err.(type) { //nolint:errorlint // it goes down by one cause at a time
		case interface{ Unwrap() error }:
			if e.Unwrap() == nil {
				return err
			}
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			if len(e.Unwrap()) == 0 {
				return err
			}
			err = e.Unwrap()[0]
		default:
			return err
		}
	}
}
