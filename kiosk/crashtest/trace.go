package crashtest

import (
	"fmt"
	"slices"
)

// Kind is what was asked of the disk.
type Kind uint8

// The kinds of operations that a trace keeps.
const (
	Create   Kind = iota + 1 // a file, empty, under a name
	Mkdir                    // a folder under a name
	Write                    // bytes into a file
	Truncate                 // a file to a size, shorter or longer
	Sync                     // a file's bytes and size, by fsync or fdatasync
	SyncDir                  // a folder's names
	Rename                   // within a folder, over whatever had the name
	Remove                   // a name
	SyncLost                 // a sync that failed: what it was for is gone, and no later sync brings it back
)

func (k Kind) String() string {
	return [...]string{"?", "create", "mkdir", "write", "truncate", "sync", "syncdir", "rename", "remove", "failed sync"}[k]
}

// rootNode is the folder that is there before the first operation.
const rootNode = 1

// Op is one operation on the disk. Files and folders are numbered, for names
// come and go.
type Op struct {
	Kind Kind
	Node int    // the file or folder that it concerns, or that gets the name
	Dir  int    // names: the folder
	Name string // names: created, removed, or the old one
	To   string // Rename: the new name
	Off  int64  // Write: where; Truncate: the new size
	Data []byte // Write
}

// Trace is what a run of the store did to its disk, in one total order, and
// what it had been asked and had answered at each point.
type Trace struct {
	Scenario string
	Seed     uint64
	Ops      []Op
	Errors   bool // the disk failed: a bbolt file may have to be built again
	Start    int  // power cuts before this operation are not of interest
	Requests []Request
	Chain    []string // chain hash of every event that was recorded, by sequence
}

// Request is one thing that the store was asked. Asked and Answered are
// positions in the trace: so many operations had been done.
type Request struct {
	Step     Step
	Asked    int
	Answered int  // -1: never
	Told     Told // what the answer promised
	After    Snap // how the store looked afterwards
}

// Told are the events that an answer named.
type Told struct {
	Events []Named `json:",omitempty"`
}

// Named is an event as an answer names it.
type Named struct {
	Event string
	Seq   uint64
}

// Snap is what can be seen of a store.
type Snap struct {
	Events int // so many are recorded
	Set    SetSnap
	Point  string // the settings' digest
	HQ     uint64 // sequence that HQ acknowledged
}

// SetSnap is what can be seen of the order set.
type SetSnap struct {
	Count    int
	Digest   string // made of the orders, not read from the set's own record
	Cursor   string
	Version  uint64
	Complete bool
	Local    bool
}

// at finds what a power cut after so many operations may leave: the last
// request that was answered, and the one that was under way, if any.
func (t *Trace) at(cut int) (answered int, asked int) {
	answered, asked = -1, -1
	for i, r := range t.Requests {
		if r.Asked > cut {
			break
		}
		asked = i
		if r.Answered >= 0 && r.Answered <= cut {
			answered = i
		}
	}
	return answered, asked
}

// record adds events to the chain. Those that are there already must be the
// same.
func (t *Trace) record(from int, chain []string) error {
	if from > len(t.Chain) {
		return fmt.Errorf("event %d comes after number %d", from+1, len(t.Chain))
	}
	both := min(len(t.Chain)-from, len(chain))
	if !slices.Equal(t.Chain[from:from+both], chain[:both]) {
		return fmt.Errorf("an event after number %d has changed", from)
	}
	t.Chain = append(t.Chain, chain[both:]...)
	return nil
}
