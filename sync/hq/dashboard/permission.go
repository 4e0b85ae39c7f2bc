package dashboard

import (
	"slices"

	"hexiao/sync/hq/accounts"
)

// permission is what a page asks of who looks at it. The zero permission is nobody's.
type permission uint8

const (
	anybody   permission = iota + 1 // also who is not signed in
	self                            // every account, about itself
	seePoints                       // points and what happens there; a leader: the own one
	seeGoods                        // goods by supplier; a merchant: the own ones
	seeMoney                        // settlement; a leader: the own point's, a merchant: the own goods'
	operate                         // run the points: terminals, conflicts
	manage                          // accounts and the audit log
)

// has reports whether accounts of the role have the permission.
func (p permission) has(r accounts.Role) bool {
	var roles []accounts.Role
	switch p {
	case anybody, self:
		roles = accounts.Roles()
	case seePoints:
		roles = []accounts.Role{accounts.Owner, accounts.Operator, accounts.Leader}
	case seeGoods:
		roles = []accounts.Role{accounts.Owner, accounts.Operator, accounts.Merchant}
	case seeMoney:
		roles = []accounts.Role{accounts.Owner, accounts.Operator, accounts.Leader, accounts.Merchant}
	case operate:
		roles = []accounts.Role{accounts.Owner, accounts.Operator}
	case manage:
		roles = []accounts.Role{accounts.Owner}
	}
	return slices.Contains(roles, r)
}
