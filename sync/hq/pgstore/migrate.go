package pgstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"hexiao/sync/hq"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versions is goose's table of the migrations that the database has.
const versions = "hq_schema"

// migrationLock is the advisory lock of those who change the tables.
const migrationLock = 5211938

// migrate brings the tables to this program's version. Of several programs that
// start at once one does, and the others wait.
func migrate(ctx context.Context, pool *pgxpool.Pool) (err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return err
	}
	defer func() {
		_, unlock := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
		err = errors.Join(err, unlock)
	}()
	var ours, foreign bool
	err = conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL,
		to_regclass('points') IS NOT NULL OR to_regclass('orders') IS NOT NULL OR to_regclass('events') IS NOT NULL`, versions).Scan(&ours, &foreign)
	if err != nil {
		return err
	}
	if !ours && foreign {
		return fmt.Errorf("%w: another program has its tables there; use a database, or a schema by ?search_path=, of its own", hq.ErrNotAStore)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	database := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, database.Close()) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, database, files, goose.WithTableName(versions))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	has, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	switch {
	case has > newest:
		return fmt.Errorf("%w that this program knows: a newer one made its tables (version %d, this one has %d); use that program", hq.ErrNotAStore, has, newest)
	case has == newest:
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return nil
}
