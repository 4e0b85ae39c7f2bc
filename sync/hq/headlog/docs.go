package headlog

import (
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// The collections. Numbers in keys have 20 digits.
const (
	docQueue      = "headlog/queue"      // of the point; terminal/sequence: an entry that is to be logged
	docLast       = "headlog/last"       // of the point; terminal: its last entry
	docEntry      = "headlog/entry"      // number: a leaf
	docTree       = "headlog/tree"       // "tree": tree
	docCheckpoint = "headlog/checkpoint" // day: the last signed note of the day, in UTC
)

// page is how many documents, events or terminals are read at a time.
const page = 500

// entry is a head that HQ acknowledged.
type entry struct {
	Terminal kiosk.TerminalID `cbor:"1,keyasint"`
	Point    kiosk.PointID    `cbor:"2,keyasint"`
	Head     kiosk.Head       `cbor:"3,keyasint"`
	// At is when, by HQ's clock; of a head from before the log, when the log began.
	At time.Time `cbor:"4,keyasint"`
}

// leaf is an entry in the tree, and the tree's hashes that it completed: its own,
// and those of the subtrees that end with it, the smallest first.
type leaf struct {
	Record []byte      `cbor:"1,keyasint"` // an entry
	Hashes []tlog.Hash `cbor:"2,keyasint"`
}

// last is where a terminal's last entry stands.
type last struct {
	Seq    uint64 `cbor:"1,keyasint"`
	Number int64  `cbor:"2,keyasint"`
}

func queueKey(e entry) hq.DocKey {
	return hq.DocKey{Collection: docQueue, DocPlace: hq.DocPlace{Point: e.Point, Key: string(e.Terminal) + "/" + digits(e.Head.Seq)}}
}

func lastKey(point kiosk.PointID, terminal kiosk.TerminalID) hq.DocKey {
	return hq.DocKey{Collection: docLast, DocPlace: hq.DocPlace{Point: point, Key: string(terminal)}}
}

func entryKey(number int64) hq.DocKey { return ownKey(docEntry, digits(uint64(number))) }

// entryBefore is the place in the entries before a number.
func entryBefore(number int64) string {
	if number == 0 {
		return ""
	}
	return digits(uint64(number - 1))
}

func ownKey(collection, key string) hq.DocKey {
	return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Key: key}}
}

func digits(n uint64) string { return fmt.Sprintf("%020d", n) }
