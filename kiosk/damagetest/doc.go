// Package damagetest damages a terminal's files and starts the store on what is
// left. It has tests only.
//
//	go test ./kiosk/damagetest                          3,000 cases
//	make damage CASES=100000                            and every planted fault
//	DAMAGE_CASE=4711 go test -run TestDamage ./kiosk/damagetest   that one alone
//
// A small shop's data folder is recorded at several moments, after a clean end
// and as a killed process leaves it, together with every answer that was given.
// A case takes one of these folders, damages it as its number says (bits, sectors,
// length, missing, swapped, foreign and older files), and has a child process
// start the store, scan the code of every order, end, and do all that again. The
// child is this test's own program; it has a time limit.
//
// What must hold:
//
//   - the child neither crashes nor hangs; a start refuses with a typed error or
//     works
//   - no order whose collection was answered is accepted again, unless it is the
//     same event of the last append, whose answer may be given once more
//   - no order is accepted twice after the damage either
//   - the second start does as the first did
//   - the damaged bytes still exist, under the old or another name
//
// Not among the cases, because nothing on the machine can know it: the whole
// folder put back as it was, and the journal's last append damaged together with
// the mark of what was answered after a kill.
package damagetest
