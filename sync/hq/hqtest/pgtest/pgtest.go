package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// variable tells the tests of a process where its server is.
const variable = "HEXIAO_PGTEST"

// forTests gives durability away: nothing of a test outlives it.
func forTests() []string {
	return []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"}
}

// Run starts the server of the test process, runs its tests and ends the server.
// It gives the code to exit with. Where no server can be started the tests run all
// the same, and [Start] says why.
func Run(m *testing.M) int {
	s, err := startServer(forTests())
	if err != nil {
		return m.Run()
	}
	if err := os.Setenv(variable, s.address("postgres")); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return 1
	}
	code := m.Run()
	if err := s.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

// Start gives the URL of a fresh database, whose owner its user is; it is deleted
// when the test ends.
func Start(t testing.TB) string {
	t.Helper()
	maintenance := os.Getenv(variable)
	if maintenance == "" {
		maintenance = startFor(t, forTests())
	}
	return database(t, maintenance)
}

// StartDurable is Start in a server of its own that keeps what it commits as in
// production. Each setting is as in postgresql.conf, "shared_buffers=256MB".
func StartDurable(t testing.TB, settings ...string) string {
	t.Helper()
	return database(t, startFor(t, append([]string{"max_connections=200"}, settings...)))
}

func startFor(t testing.TB, settings []string) (maintenance string) {
	t.Helper()
	s, err := startServer(settings)
	if err != nil {
		unavailable(t, err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s.address("postgres")
}

func unavailable(t testing.TB, err error) {
	t.Helper()
	if strings.Contains(os.Getenv("HEXIAO_REQUIRE"), "postgres") {
		t.Fatal(err)
	}
	t.Skip(err)
}

func database(t testing.TB, maintenance string) string {
	t.Helper()
	name := "t" + strings.ReplaceAll(uuid.NewString(), "-", "")
	do := func(statement string) {
		t.Helper()
		if err := Exec(maintenance, statement+name); err != nil {
			t.Fatal(err)
		}
	}
	do("CREATE DATABASE ")
	t.Cleanup(func() {
		if err := Exec(maintenance, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(maintenance)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// Exec runs statements in a database.
func Exec(address string, statements ...string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // what it was for is done
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("pgtest: %s: %w", s, err)
		}
	}
	return nil
}
