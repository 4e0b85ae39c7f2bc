package simulation

import (
	"math/rand/v2"
	"time"

	"hexiao/kiosk"
)

// kind says what an operation does.
type kind uint8

const (
	collect       kind = iota // a customer shows the own code
	copied                    // somebody shows a picture of a customer's code
	forge                     // somebody shows a code that HQ never gave out
	proxyMake                 // a customer has HQ sign a code for somebody else
	proxyShow                 // who has such a code, or a copy of it, shows it
	confirm                   // the leader hands over a held order
	byHand                    // the leader hands over without a code
	reject                    // the leader opens a held order again
	undo                      // the leader undoes a handover
	status                    // HQ cancels, refunds or revives an order
	order                     // HQ takes in another order
	decide                    // a person at HQ decides a case
	contact                   // the terminal talks to HQ
	network                   // the way from a terminal to HQ gets better or worse
	crash                     // the terminal's machine stops, and starts again
	disk                      // the terminal's disk refuses writes, or takes them again
	clock                     // the terminal's clock is set
	replica                   // one of HQ's two processes starts anew
	pause                     // nothing happens for hours or days
	vouch                     // HQ signs a voucher, most often for an order that no terminal has yet
	voucherShow               // who has such a code, or a copy of it, shows it
	withdraw                  // HQ withdraws an order's codes, or a signed one
	withdrawnShow             // somebody shows a code that HQ withdrew
	keys                      // HQ changes its key, or ends the time of an old one
	receive                   // the leader signs for a consignment
	stuck                     // an event does not get through to HQ, or does again
	kinds
)

// op is one step of a history. It says all that its step needs: taking others
// out of the plan does not change its dice.
type op struct {
	gap   time.Duration // since the step before
	kind  kind
	term  int
	order int
	dice  uint64
}

// random is the step's own dice.
func (o op) random() *rand.Rand { return rand.New(rand.NewPCG(o.dice, uint64(o.kind))) }

// plan is a history that has not happened yet.
type plan struct {
	seed      uint64
	terminals int
	orders    int // that HQ has at the start
	leases    kiosk.LeaseMode
	ops       []op
}

// weights says how often each kind is drawn.
func weights() [kinds]int {
	return [kinds]int{
		collect: 26, copied: 8, forge: 4, proxyMake: 3, proxyShow: 5, confirm: 7, byHand: 4, reject: 2, undo: 9, status: 5, order: 7, decide: 3,
		contact: 24, network: 6, crash: 4, disk: 3, clock: 3, replica: 1, pause: 1,
		vouch: 2, voucherShow: 5, withdraw: 2, withdrawnShow: 3, keys: 2, receive: 3, stuck: 1,
	}
}

// generate draws a plan of n steps. Orders are few, so that terminals meet at them.
func generate(seed uint64, n int) plan {
	r := rand.New(rand.NewPCG(seed, 0x6865786961)) // "hexia"
	p := plan{seed: seed, terminals: 5, orders: 4, leases: []kiosk.LeaseMode{kiosk.LeaseOff, kiosk.LeaseRefuse, kiosk.LeaseProvisional}[seed%3]}
	total := 0
	for _, w := range weights() {
		total += w
	}
	for range n {
		o := op{gap: time.Duration(1+r.IntN(600_000)) * time.Millisecond, term: r.IntN(p.terminals), order: r.IntN(1 << 16), dice: r.Uint64()}
		if r.IntN(3) == 0 {
			o.gap = time.Duration(1+r.IntN(3_000)) * time.Millisecond // while others are under way
		}
		draw := r.IntN(total)
		for o.kind = 0; draw >= weights()[o.kind]; o.kind++ {
			draw -= weights()[o.kind]
		}
		p.ops = append(p.ops, o)
	}
	return p
}
