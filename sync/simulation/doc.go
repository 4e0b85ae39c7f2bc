// Package simulation plays a pickup point's bad weeks in virtual time and holds
// HQ and its terminals to what must be true whatever happens. It has tests only.
//
//	go test ./sync/simulation                          200 histories of 60 steps, and some planted faults
//	make simulate HISTORIES=10000 OPERATIONS=1000      the long run, on all cores; SEED=4711 goes on from there
//	HEXIAO_HQ_STORE=postgres go test -run TestHistories ./sync/simulation -args -histories 5
//	SIMULATION_FAULTS=all go test -run TestPlantedFaults ./sync/simulation
//
// # The world
//
// Five terminals of one point and two of HQ's processes over one store. All of it
// is the product: kiosk/boltstore over kiosk/journal behind the desk's Ledger,
// sync/engine and sync/client, sync/hq with its handlers and its embedded store.
// Made up are the files' bad luck (journaltest.FS), the machines' clocks, and the
// network: a RoundTripper that calls HQ's handler.
//
// A history is a plan of steps, drawn from one seed: customers with their own
// codes and with pictures of others', codes that nobody gave out, proxy codes; a
// leader who confirms, hands over by hand, rejects and undoes; HQ that cancels,
// refunds, revives and takes in orders, and a person there who decides about
// handovers that contradict each other; contacts between a terminal and one of
// HQ's processes; ways that lose, double, delay, cut and refuse requests; power
// cuts (what was not synced is lost or not, page by page), full disks, clocks that
// are set, processes of HQ that start anew, days in which nothing happens. A step
// says all that it needs, so that a plan without some of its steps is a plan, too.
//
// It runs in a testing/synctest bubble. Contacts run beside the steps and beside
// each other; between two of their moves virtual time passes, so that the seed
// alone decides their order, and a history that failed fails again.
//
// With HEXIAO_HQ_STORE=postgres HQ's two processes have a store each over one
// database of a real PostgreSQL, outside of the bubble: virtual time stands still
// while a statement runs. Requests then arrive at few moments, several at one, so
// that transactions of both processes meet on locks. How they meet, no seed decides:
// a history that failed there may succeed the next time.
//
// # What is promised, and checked
//
// At HQ, each order is linearizable: settlements (from the first try to bring an
// event to HQ until the first acknowledgement that arrives), changes of status,
// and what terminals read of the order are as if they had happened one after
// another, each between its call and its answer. Porcupine checks that, order by
// order, against a model which counts units and knows none of the product's rules.
// Terminals are not linearizable: offline they cannot know of each other, and two
// may hand out the same goods. They promise less, and that is checked when
// everything is mended and every terminal has talked to HQ:
//
//   - HQ counts no unit twice, and no terminal lets customers alone have more units
//     than there are, by its own journal
//   - HQ knows every handover, whether it counts or not, and where the clocks decided
//     against one, another was earlier by the true time, which only the test knows
//   - nobody hands an order out by its lease while another terminal has the lease
//   - every green answer is in the terminal's journal (one that was owed since a stop
//     may leave out what HQ has decided against meanwhile), and every event of a
//     journal is at HQ, byte for byte; HQ has no other event, and none twice
//   - HQ's verdict on an event is the one that it answered, each time it was asked
//   - what HQ did not accept is one case for a person, and the terminal knows it; a
//     conflict names the handovers that stand against it, and HQ has them
//   - each terminal has HQ's orders, in HQ's version, with HQ's handovers, disputes
//     and homes, and counts the same units
//   - no made-up code opens anything, and no proxy code more than it names
//   - one process of HQ takes no request twice
//   - every terminal starts again after every stop, and mends itself
//
// A history that breaks a rule is shortened (steps, terminals, times) and told in
// sentences. TestPlantedFaults builds the product with faults that must be found.
//
// # Limits
//
// The loops around the engine's rounds are not run: their pauses are drawn from the
// process's own dice, and no seed would bring them back. Their tests are in
// sync/engine. The databases lose nothing in a power cut, since they sync what they
// write; kiosk/crashtest cuts their power. HQ's store does not fail, and HQ's two
// processes have one clock. What clocks do is within what kiosk.Moment supposes of
// them: a wall clock that nobody doubts is right.
package simulation
