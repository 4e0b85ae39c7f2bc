package dashboard

// page is a place in the dashboard.
type page struct {
	pattern string // as http.ServeMux has it, without the method
	may     permission
	name    string // of its template, and of its words, page.NAME
	icon    string // of assets, in the navigation; empty: it is not there
	show    func(*request) (content, error)
	// do is a POST to the same place: the address to go on to, or an error. A refusal is
	// said on the page itself.
	do func(*request) (string, error)
}

// pages are all there are, those of the navigation in its order.
func pages() []page {
	return []page{
		{pattern: "/sign-in", may: anybody, name: "sign-in", show: showSignIn, do: signIn},
		{pattern: "/sign-in/code", may: anybody, name: "sign-in-code", show: showSecond, do: signInSecond},
		{pattern: "/sign-out", may: anybody, name: "sign-in", show: showSignIn, do: signOut},
		{pattern: "/language", may: anybody, name: "sign-in", show: showSignIn, do: setLanguage},

		{pattern: "/overview", may: operate, name: "overview", icon: "layout-dashboard", show: showOverview},
		{pattern: "/points", may: seePoints, name: "points", icon: "store", show: showPoints},
		{pattern: "/points/{point}", may: seePoints, name: "point", show: showPoint},
		{pattern: "/settlements", may: seePoints, name: "settlements", icon: "wallet", show: showSettlements},
		{pattern: "/settlements/{point}", may: seePoints, name: "settlement", show: showSettlement},
		{pattern: "/suppliers", may: seeGoods, name: "suppliers", icon: "truck", show: showSuppliers},
		{pattern: "/leaders", may: seePoints, name: "leaders", icon: "star", show: showLeaders},
		{pattern: "/overdue", may: seePoints, name: "overdue", icon: "calendar-x", show: showOverdue},
		{pattern: "/requests", may: seePoints, name: "requests", icon: "clipboard-list", show: showRequests},
		{pattern: "/terminals", may: operate, name: "terminals", icon: "monitor", show: showTerminals},
		{pattern: "/cases", may: operate, name: "cases", icon: "triangle-alert", show: showCases},
		{pattern: "/cases/{number}", may: operate, name: "case", show: showCase, do: settleCase},
		{pattern: "/reconciliation", may: seePoints, name: "reconciliation", icon: "check-check", show: showReconciliation},
		{pattern: "/reconciliation/{point}", may: seePoints, name: "reconciled-days", show: showReconciledDays},
		{pattern: "/reconciliation/{point}/{day}", may: seePoints, name: "reconciled", show: showReport, do: noteDifference},
		{pattern: "/accounts", may: manage, name: "accounts", icon: "users", show: showAccounts},
		{pattern: "/audit", may: manage, name: "audit", icon: "history", show: showAudit},
		{pattern: "/account", may: self, name: "account", icon: "user-round", show: showAccount, do: changeAccount},
	}
}
