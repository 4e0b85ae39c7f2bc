-- HQ's store. Ids are bytes, so that they sort as hq.Store says whatever the database's collation is, and so that no text
-- that a terminal sends can be refused. Values are CBOR.
--
-- Every table but the reference tables at the end has the point first in its primary key and in each unique constraint, so
-- that Citus can distribute all of them by it: create_distributed_table(name, 'point'), all in one group.

-- +goose Up
CREATE TABLE points (
    point bytea NOT NULL PRIMARY KEY,
    data  bytea NOT NULL
);

CREATE TABLE orders (
    point   bytea  NOT NULL,
    id      bytea  NOT NULL,
    version bigint NOT NULL,
    terms   bytea  NOT NULL,
    state   bytea,
    more    bytea  NOT NULL,
    PRIMARY KEY (point, id),
    UNIQUE (point, version)
);
CREATE INDEX orders_by_id ON orders (id);

CREATE TABLE codes (
    point    bytea NOT NULL,
    digits   bytea NOT NULL,
    order_id bytea NOT NULL,
    PRIMARY KEY (point, digits)
);

CREATE TABLE terminals (
    point bytea NOT NULL,
    id    bytea NOT NULL,
    data  bytea NOT NULL,
    PRIMARY KEY (point, id)
);
CREATE INDEX terminals_by_id ON terminals (id);

CREATE TABLE events (
    point    bytea  NOT NULL,
    terminal bytea  NOT NULL,
    seq      bigint NOT NULL,
    day      bytea  NOT NULL,
    data     bytea  NOT NULL,
    PRIMARY KEY (point, terminal, seq)
);
CREATE INDEX events_by_day ON events (point, day, terminal, seq);

CREATE TABLE cases (
    point  bytea  NOT NULL,
    id     uuid   NOT NULL,
    number bigint NOT NULL,
    data   bytea  NOT NULL,
    PRIMARY KEY (point, id),
    UNIQUE (point, number)
);
CREATE INDEX cases_by_number ON cases (number);

CREATE TABLE requests (
    point  bytea  NOT NULL,
    id     uuid   NOT NULL,
    number bigint NOT NULL,
    data   bytea  NOT NULL,
    PRIMARY KEY (point, id),
    UNIQUE (point, number)
);
CREATE INDEX requests_by_number ON requests (number);

CREATE TABLE docs (
    point      bytea NOT NULL,
    collection bytea NOT NULL,
    key        bytea NOT NULL,
    value      bytea NOT NULL,
    PRIMARY KEY (point, collection, key)
);
CREATE INDEX docs_by_collection ON docs (collection, point, key);

-- Used signatures. What a crash of the server loses of them lets a listener repeat a request, as a restart of an embedded
-- HQ does.
CREATE UNLOGGED TABLE nonces (
    point    bytea       NOT NULL,
    terminal bytea       NOT NULL,
    nonce    bytea       NOT NULL,
    until    timestamptz NOT NULL,
    PRIMARY KEY (point, terminal, nonce)
);

-- Reference tables: small, asked without a point, written seldom. With Citus: create_reference_table(name), except for
-- touches, which stays a plain table of the coordinator, whose transactions it counts.

-- HQ's keys are the same at all points.
CREATE TABLE identity (
    one  boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    data bytea   NOT NULL
);

-- Cases and requests are numbered through, for people and for those who ask for what is new.
CREATE TABLE counters (
    name  text   NOT NULL PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO counters VALUES ('cases', 0), ('requests', 0);

-- A terminal names itself alone when it asks; its point never changes, and every HQ remembers it.
CREATE TABLE terminal_points (
    terminal bytea NOT NULL PRIMARY KEY,
    point    bytea NOT NULL
);

-- A device that enrols knows a code and nothing else.
CREATE TABLE enrolments (
    hash bytea NOT NULL PRIMARY KEY,
    data bytea NOT NULL
);

-- The last transaction that touched a point; the empty point stands for all.
CREATE TABLE touches (
    point bytea NOT NULL PRIMARY KEY,
    tx    xid8  NOT NULL
);
CREATE INDEX touches_by_tx ON touches (tx);

-- +goose Down
DROP TABLE points, orders, codes, terminals, events, cases, requests, docs, nonces, identity, counters, terminal_points, enrolments, touches;
