-- What the store asks. A query of a table that Citus would distribute names the point, unless a line above it says
-- "all points: why"; TestQueriesNameThePoint holds it to that.

-- name: GetIdentity :one
SELECT data FROM identity;

-- name: LockIdentity :one
SELECT data FROM identity FOR UPDATE;

-- name: InsertIdentity :execrows
INSERT INTO identity (data) VALUES (@data) ON CONFLICT DO NOTHING;

-- name: UpdateIdentity :execrows
UPDATE identity SET data = @data WHERE data = @old;

-- name: GetPoint :one
SELECT data FROM points WHERE point = @point;

-- LockPoint begins every change of something of a point: who comes second waits.
-- name: LockPoint :one
SELECT data FROM points WHERE point = @point FOR UPDATE;

-- name: InsertPoint :exec
INSERT INTO points (point, data) VALUES (@point, @data);

-- name: PutPoint :exec
INSERT INTO points (point, data) VALUES (@point, @data) ON CONFLICT (point) DO UPDATE SET data = excluded.data;

-- all points: a list of them.
-- name: ListPoints :many
SELECT data FROM points WHERE point > @after ORDER BY point LIMIT @most::bigint;

-- name: PutTouches :exec
INSERT INTO touches (point, tx) SELECT unnest(@points::bytea[]), pg_current_xact_id()
ON CONFLICT (point) DO UPDATE SET tx = excluded.tx;

-- name: CursorNow :one
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS next;

-- ListTouched finds all that was committed behind the snapshot that since is the oldest running transaction of: whatever that
-- snapshot did not see was not older.
-- name: ListTouched :one
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS next, ARRAY(
    SELECT t.point FROM touches t WHERE t.tx >= (@since::text)::xid8 AND t.tx < pg_snapshot_xmax(pg_current_snapshot())
)::bytea[] AS points;

-- name: ListOrders :many
SELECT id, terms, state, more FROM orders WHERE point = @point AND id = ANY(@ids::bytea[]);

-- all points: whoever knows the point does not ask.
-- name: ListOrderPoints :many
SELECT id, point FROM orders WHERE id = ANY(@ids::bytea[]);

-- LockNewOrders keeps two points from taking in an order of the same id at once.
-- name: LockNewOrders :exec
SELECT pg_advisory_xact_lock(5211938, 1);

-- name: PutOrders :exec
INSERT INTO orders (point, id, version, terms, state, more)
SELECT @point, unnest(@ids::bytea[]), unnest(@versions::bigint[]), unnest(@terms::bytea[]), unnest(@states::bytea[]), unnest(@more::bytea[])
ON CONFLICT (point, id) DO UPDATE SET version = excluded.version, terms = excluded.terms, state = excluded.state, more = excluded.more;

-- name: ListOrdersByID :many
SELECT terms, state, more FROM orders WHERE point = @point AND id > @after ORDER BY id LIMIT @most::bigint;

-- name: ListOrdersByVersion :many
SELECT terms, state, more FROM orders WHERE point = @point AND version > @after ORDER BY version LIMIT @most::bigint;

-- name: GetCodeOwner :one
SELECT order_id FROM codes WHERE point = @point AND digits = @digits;

-- name: PutCodes :exec
INSERT INTO codes (point, digits, order_id) SELECT @point, unnest(@digits::bytea[]), unnest(@orders::bytea[])
ON CONFLICT (point, digits) DO UPDATE SET order_id = excluded.order_id;

-- name: ListCodeOwners :many
SELECT digits, order_id FROM codes WHERE point = @point AND digits > @after ORDER BY digits LIMIT @most::bigint;

-- name: GetTerminalPoint :one
SELECT point FROM terminal_points WHERE terminal = @terminal;

-- name: PutTerminalPoint :exec
INSERT INTO terminal_points (terminal, point) VALUES (@terminal, @point) ON CONFLICT (terminal) DO NOTHING;

-- name: GetTerminal :one
SELECT data FROM terminals WHERE point = @point AND id = @id;

-- name: PutTerminal :exec
INSERT INTO terminals (point, id, data) VALUES (@point, @id, @data) ON CONFLICT (point, id) DO UPDATE SET data = excluded.data;

-- all points: a list for the operator.
-- name: ListTerminals :many
SELECT data FROM terminals WHERE id > @after ORDER BY id LIMIT @most::bigint;

-- name: ListPointTerminals :many
SELECT data FROM terminals WHERE point = @point ORDER BY id;

-- name: GetEnrolment :one
SELECT data FROM enrolments WHERE hash = @hash;

-- name: LockEnrolment :one
SELECT data FROM enrolments WHERE hash = @hash FOR UPDATE;

-- name: PutEnrolment :exec
INSERT INTO enrolments (hash, data) VALUES (@hash, @data) ON CONFLICT (hash) DO UPDATE SET data = excluded.data;

-- name: ListEnrolments :many
SELECT data FROM enrolments WHERE hash > @after ORDER BY hash LIMIT @most::bigint;

-- name: GetEvent :one
SELECT data FROM events WHERE point = @point AND terminal = @terminal AND seq = @seq;

-- name: PutEvents :exec
INSERT INTO events (point, terminal, seq, day, data)
SELECT @point, unnest(@terminals::bytea[]), unnest(@seqs::bigint[]), unnest(@days::bytea[]), unnest(@data::bytea[])
ON CONFLICT (point, terminal, seq) DO UPDATE SET day = excluded.day, data = excluded.data;

-- name: ListEvents :many
SELECT data FROM events WHERE point = @point AND terminal = @terminal AND seq > @after ORDER BY seq LIMIT @most::bigint;

-- name: ListDayEvents :many
SELECT data FROM events WHERE point = @point AND day = @day AND (terminal, seq) > (@terminal::bytea, @seq::bigint)
ORDER BY terminal, seq LIMIT @most::bigint;

-- name: LockCounter :one
SELECT value FROM counters WHERE name = @name FOR UPDATE;

-- name: PutCounter :exec
UPDATE counters SET value = @value WHERE name = @name;

-- name: InsertCase :exec
INSERT INTO cases (point, id, number, data) VALUES (@point, @id, @number, @data);

-- RaiseCounter is for what comes with its number.
-- name: RaiseCounter :exec
UPDATE counters SET value = greatest(value, @value) WHERE name = @name;

-- name: PutCase :exec
INSERT INTO cases (point, id, number, data) VALUES (@point, @id, @number, @data)
ON CONFLICT (point, number) DO UPDATE SET data = excluded.data;

-- name: PutRequest :exec
INSERT INTO requests (point, id, number, data) VALUES (@point, @id, @number, @data)
ON CONFLICT (point, number) DO UPDATE SET data = excluded.data;

-- name: UpdateCase :exec
UPDATE cases SET data = @data WHERE point = @point AND number = @number;

-- all points: a person names a case by its number.
-- name: GetCase :one
SELECT data FROM cases WHERE number = @number;

-- all points: as GetCase.
-- name: LockCase :one
SELECT data FROM cases WHERE number = @number FOR UPDATE;

-- all points: a list for the operator.
-- name: ListCases :many
SELECT data FROM cases WHERE number > @after ORDER BY number LIMIT @most::bigint;

-- name: InsertRequest :exec
INSERT INTO requests (point, id, number, data) VALUES (@point, @id, @number, @data);

-- all points: a list for the operator.
-- name: ListRequests :many
SELECT data FROM requests WHERE number > @after ORDER BY number LIMIT @most::bigint;

-- name: GetDoc :one
SELECT value FROM docs WHERE point = @point AND collection = @collection AND key = @key;

-- name: LockDoc :one
SELECT value FROM docs WHERE point = @point AND collection = @collection AND key = @key FOR UPDATE;

-- name: ListChosenDocs :many
SELECT collection, key, value FROM docs
WHERE point = @point AND (collection, key) IN (SELECT unnest(@collections::bytea[]), unnest(@keys::bytea[]));

-- name: LockChosenDocs :many
SELECT collection, key, value FROM docs
WHERE point = @point AND (collection, key) IN (SELECT unnest(@collections::bytea[]), unnest(@keys::bytea[]))
ORDER BY collection, key FOR UPDATE;

-- name: InsertDoc :exec
INSERT INTO docs (point, collection, key, value) VALUES (@point, @collection, @key, @value);

-- name: PutDoc :exec
INSERT INTO docs (point, collection, key, value) VALUES (@point, @collection, @key, @value)
ON CONFLICT (point, collection, key) DO UPDATE SET value = excluded.value;

-- name: DeleteDoc :exec
DELETE FROM docs WHERE point = @point AND collection = @collection AND key = @key;

-- name: ListDocs :many
SELECT key, value FROM docs WHERE point = @point AND collection = @collection AND key > @after ORDER BY key LIMIT @most::bigint;

-- all points: what is due anywhere, and what is counted over all of them.
-- name: ListAllDocs :many
SELECT point, key, value FROM docs
WHERE collection = @collection AND (@first::boolean OR (point, key) > (@point::bytea, @after::bytea))
ORDER BY point, key LIMIT @most::bigint;

-- all points: for a copy of everything.
-- name: ListCollections :many
SELECT DISTINCT collection FROM docs ORDER BY collection;

-- name: UseNonce :execrows
INSERT INTO nonces (point, terminal, nonce, until) VALUES (@point, @terminal, @nonce, @until) ON CONFLICT DO NOTHING;

-- all points: once a minute, what is over.
-- name: CleanNonces :exec
DELETE FROM nonces WHERE until < @now;
