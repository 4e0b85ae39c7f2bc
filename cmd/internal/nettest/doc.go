// Package nettest has HQ and terminals as real processes on a real network that
// fails, and holds them to what must be true afterwards. It has tests only.
//
//	go test ./cmd/internal/nettest           some seconds of trouble
//	make test-network SECONDS=600    more of it
//
// HQ and three terminals get a network namespace each, joined by veth pairs in a
// star. hq serve and kioskctl run are what make build makes. Customers scan while
// links go down, lose a third of all packets in both directions, answer with TCP
// resets or carry 64 kbit/s, and while HQ or a terminal is killed with SIGKILL and
// started again. Some show the same code at two terminals.
//
// Then the network is mended, each terminal sends what it has left, and everything
// ends. What must hold is what package sync/simulation checks as well:
//
//   - every answer that let goods out is in the terminal's journal, as it was given
//   - HQ has every event of every journal, byte for byte, none twice and none else
//   - HQ counts no unit twice; what it did not accept is one case, and a conflict
//     names the handover that stands against it, which HQ has
//   - the journals' chains, checksums and HQ's signatures are sound
//
// # Limits
//
// It needs root, ip, tc and nft, and says that it was skipped where they are not
// there. The kernel orders packets as it likes: a seed draws the same troubles, and
// not the same run. Duplicated and reordered packets are TCP's matter; doubled and
// reordered requests are sync/simulation's.
package nettest
