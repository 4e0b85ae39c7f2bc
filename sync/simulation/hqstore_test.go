package simulation

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
)

func TestMain(m *testing.M) {
	if hqtest.OnPostgres() {
		os.Exit(pgtest.Run(m))
	}
	os.Exit(m.Run())
}

// hqStores are what HQ's two processes keep their things in: one embedded store that
// both use, or one for each over one database.
type hqStores struct {
	each  [2]hq.Store
	pools [2]*pgstore.Store // closed outside the bubble; nil: embedded
}

// connections are those of each process, all of them made before the bubble begins:
// a bubble's channels and timers are of no use outside, and a pool's last longer.
const connections = 8

// openStores opens the database that a history plays on, where it is one.
func openStores(t *testing.T, address string) (s hqStores, err error) {
	if address == "" {
		return s, nil
	}
	for i := range s.pools {
		config, err := pgstore.Config(address)
		if err != nil {
			return s, err
		}
		config.MaxConns = connections
		if s.pools[i], err = pgstore.OpenConfig(t.Context(), config); err != nil {
			return s, err
		}
		s.each[i] = outside{s.pools[i]}
		if err := connectAll(t.Context(), s.pools[i], connections); err != nil {
			return s, err
		}
	}
	return s, nil
}

// connectAll has a pool make all its connections, by n transactions at once.
func connectAll(ctx context.Context, s hq.Store, n int) error {
	if n == 0 {
		return nil
	}
	return s.View(ctx, func(tx hq.Tx) error {
		if _, err := tx.Points("", 1); err != nil {
			return err
		}
		return connectAll(ctx, s, n-1)
	})
}

// begin opens the embedded store.
func (s *hqStores) begin(dir string) error {
	if s.pools[0] != nil {
		return nil
	}
	store, err := boltstore.Open(filepath.Join(dir, "hq.db"))
	s.each = [2]hq.Store{store, store}
	return err
}

// end closes it, while the bubble is there.
func (s *hqStores) end() error {
	if s.pools[0] != nil || s.each[0] == nil {
		return nil
	}
	return s.each[0].Close()
}

// close lets go of the database.
func (s *hqStores) close(t *testing.T) {
	for _, pool := range s.pools {
		if pool == nil {
			continue
		}
		if err := pool.Close(); err != nil {
			t.Errorf("close HQ's store: %v", err)
		}
	}
}

// outside is a store beyond the bubble. Virtual time stands still while it works, and
// no deadline of the bubble's clock reaches it.
type outside struct{ hq.Store }

func (o outside) View(_ context.Context, fn func(hq.Tx) error) error {
	return o.Store.View(context.Background(), fn)
}

func (o outside) Update(_ context.Context, fn func(hq.Tx) error) error {
	return o.Store.Update(context.Background(), fn)
}

func (o outside) UseNonce(_ context.Context, terminal kiosk.TerminalID, nonce string, now, until time.Time) (bool, error) {
	return o.Store.UseNonce(context.Background(), terminal, nonce, now, until)
}

func (o outside) Touched(_ context.Context, since string) ([]kiosk.PointID, string, error) {
	return o.Store.Touched(context.Background(), since)
}

// template makes a database with a store's empty tables, which histories' databases
// are copies of. Its address is empty where the store is embedded.
func template(t *testing.T) string {
	t.Helper()
	if !hqtest.OnPostgres() {
		return ""
	}
	address := pgtest.Start(t)
	s, err := pgstore.Open(t.Context(), address)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// copyOf makes a database like another; drop deletes it.
func copyOf(address, name string) (fresh string, drop func() error, err error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return "", nil, err
	}
	from := config.ConnConfig.Database
	u := func(database string) string {
		return fmt.Sprintf("postgres:///%s?host=%s&user=%s", database, config.ConnConfig.Host, config.ConnConfig.User)
	}
	if err := pgtest.Exec(u("postgres"), "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		return "", nil, err
	}
	return u(name), func() error { return pgtest.Exec(u("postgres"), "DROP DATABASE "+name+" WITH (FORCE)") }, nil
}

// together has what is under way to HQ arrive at few moments, where the store is a
// database: virtual time stands still while it works, so that only what comes at one
// moment runs beside others there. How they then meet no seed decides.
func (s *hqStores) together(d time.Duration) time.Duration {
	if s.pools[0] == nil {
		return d
	}
	now := time.Now()
	return now.Add(d).Truncate(meeting).Add(meeting).Sub(now)
}

// meeting is the time from one such moment to the next.
const meeting = 500 * time.Millisecond
