// Command hq is the reference platform: the server that pickup-point terminals
// talk to, and the operator's tools around it.
//
//	hq serve --listen 127.0.0.1:8080 --db FILE|URL [--config FILE] [--metrics-listen ADDRESS] [--tls-cert FILE --tls-key FILE] [--tls-pin PIN]... [--sample ORDERS] [--sample-trouble N] [--sample-days]
//	hq tls-pin FILE
//	hq point add ID NAME [--pin PIN] · hq point set ID [--handover …] [--pin PIN] …
//	hq kiosk code --point ID · hq kiosk list · hq kiosk revoke TERMINAL
//	hq journal import FILE
//	hq orders import --point ID [--source NAME] [--map COLUMN=FIELD]... FILE · list --point ID · cancel|refund|withdraw ORDER · status ORDER STATUS
//	hq orders purge --point ID --confirm N
//	hq point notice --point ID --zh TEXT --en TEXT [--until TIME|DURATION] | --clear
//	hq codes --point ID [--png DIR] [--all] [--vouch DURATION] · hq codes --point ID --signed
//	hq codes proxy --order ORDER [--line LINE]... [--until TIME|DURATION] [--png FILE]
//	hq codes signed --order ORDER [--until TIME|DURATION] [--png FILE] · hq codes revoke --order ORDER | --code ID
//	hq codes --point ID --links URL
//	hq sources [list] · show NAME · set NAME [--map …]... [--kind crmeb --point ID --url URL --app ID --secret --prefix TEXT [--every 10m]] · sync NAME · delete NAME
//	hq consignments --point ID
//	hq apikey add NAME [--point ID] [--merchant SUPPLIER] · list · revoke ID
//	hq conflicts [--open] · hq conflicts settle NUMBER [--winner EVENT|both-void] --by NAME --note TEXT
//	hq reconcile --point ID --day DATE [--lang zh|en] [--out FILE.csv|FILE.xlsx] · hq reconcile --all --day DATE
//	hq reconcile note --point ID --day DATE --difference ID --by NAME --note TEXT [--accept]
//	hq requests [--after NUMBER]
//	hq settle --point ID --day DATE · hq suppliers|leaders [--point ID] [--from DATE] [--to DATE]
//	hq keys [list] · hq keys rotate [--overlap 1104h] · hq keys retire ID
//	hq account add NAME --role owner|operator|merchant|leader [--point ID] [--supplier NAME] [--password-stdin]
//	hq account list · hq account passwd NAME [--drop-second] · hq account disable NAME [--undo]
//	hq webhooks [list] · hq webhooks add URL [--point ID] [--supplier NAME] [--kind KIND]... · remove|test|rotate|deliveries|retry HOOK
//	hq backup --to FILE · hq restore --from FILE --db NEW · hq config show [--config FILE]
//	hq verify [--since CHECKPOINT] [--export JOURNAL] [--save CHECKPOINT]
//	hq migrate --from FILE --to postgres://…
//	hq admin token
//
// Every command takes --db FILE (or $HQ_DB), or --db postgres://USER@HOST/DATABASE (the
// password is best left to $PGPASSWORD), which any number of servers and commands
// can have open at once; see package pgstore. While a server holds a file, the command
// goes through the server: FILE.server (mode 0600) beside it tells the address
// and the token. --hq URL, with the token in $HQ_TOKEN, reaches a server
// elsewhere; give a server that others can reach --tls-cert, or put TLS in front of it. Lists are a line an entry; --json makes each line a JSON object.
//
// It exits with 0, with 1 and a sentence on stderr when it failed, and with 2
// when it was used wrongly. A server that got SIGINT or SIGTERM finishes what
// it is doing and exits with 0.
package main

import (
	"context"
	"io"
	"os"
	"time"
	_ "time/tzdata" // points name their time zone; servers may have no tables

	"hexiao/cmd/internal/cli"
)

func main() {
	easeCollector(os.Getenv)
	cli.Main(func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
		return run(ctx, args, stdin, stdout, stderr, os.Getenv)
	})
}

// program is what commands need from outside.
type program struct {
	ctx    context.Context // of the whole run; ends with SIGINT
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	env    func(string) string
	now    func() time.Time
	// mayCreate lets the command make the store that --db names.
	mayCreate bool
	*where
}

// commands is what there is.
type commands struct {
	where
	Serve serveCmd `cmd:"" help:"Serve terminals until SIGINT or SIGTERM."`
	Point struct {
		Add    pointAddCmd    `cmd:"" help:"Add a pickup point."`
		Set    pointSetCmd    `cmd:"" help:"Change a point's settings; what is not given stays."`
		Notice pointNoticeCmd `cmd:"" help:"Show customers a notice while nobody scans."`
	} `cmd:"" help:"Pickup points."`
	Kiosk struct {
		Code   kioskCodeCmd   `cmd:"" help:"Print a one-time enrolment code, good for 24 hours."`
		List   kioskListCmd   `cmd:"" help:"List the enrolled terminals."`
		Revoke kioskRevokeCmd `cmd:"" help:"Withdraw a terminal: it must delete its orders."`
	} `cmd:"" help:"Terminals."`
	Journal struct {
		Import journalImportCmd `cmd:"" help:"Settle the events of an exported journal that its terminal could not send, as when it was withdrawn."`
	} `cmd:"" help:"Journals that come as files."`
	Orders struct {
		Import   ordersImportCmd   `cmd:"" help:"Import an order table: .csv, .xlsx or .json."`
		List     ordersListCmd     `cmd:"" help:"List a point's orders and their handovers."`
		Cancel   ordersCancelCmd   `cmd:"" help:"Cancel an order."`
		Refund   ordersRefundCmd   `cmd:"" help:"Mark an order as refunded."`
		Status   ordersStatusCmd   `cmd:"" help:"Set an order's status."`
		Withdraw ordersWithdrawCmd `cmd:"" help:"Take an order out of the terminals' set."`
		Purge    ordersPurgeCmd    `cmd:"" help:"Let terminals drop a fifth or more of their orders, as they otherwise do not."`
	} `cmd:"" help:"Orders."`
	Codes struct {
		List   codesCmd       `cmd:"" default:"withargs" help:"Print the pickup codes of a point's open orders; this is what hq codes does."`
		Proxy  codesProxyCmd  `cmd:"" help:"Sign a proxy code: somebody else may collect, until a time, once."`
		Signed codesSignedCmd `cmd:"" help:"Sign a code that opens an order even where a terminal has not heard of it."`
		Revoke codesRevokeCmd `cmd:"" help:"Withdraw the codes of an order, which gets new ones, or one signed code."`
	} `cmd:"" help:"Pickup codes."`
	Sources struct {
		List   sourcesListCmd   `cmd:"" default:"withargs" help:"List the sources; this is what hq sources does."`
		Show   sourcesShowCmd   `cmd:"" help:"Print a source and what came of asking it last."`
		Set    sourcesSetCmd    `cmd:"" help:"Keep how a source's tables are read, or a shop that is asked."`
		Sync   sourcesSyncCmd   `cmd:"" help:"Ask a shop for its orders now, and tell it what was collected."`
		Delete sourcesDeleteCmd `cmd:"" help:"Forget a source; its orders stay."`
	} `cmd:"" help:"Where orders come from."`
	Consignments consignmentsCmd `cmd:"" help:"List a point's consignments: expected, received, damaged and short."`
	APIKey       struct {
		Add    apikeyAddCmd    `cmd:"" help:"Make a key for another system, and print it once."`
		List   apikeyListCmd   `cmd:"" default:"withargs" help:"List the keys by their ids."`
		Revoke apikeyRevokeCmd `cmd:"" help:"End a key."`
	} `cmd:"" name:"apikey" help:"Keys of other systems, for /api/v1/."`
	Keys struct {
		List   keysListCmd   `cmd:"" default:"withargs" help:"List HQ's keys, also those whose time is over; this is what hq keys does."`
		Rotate keysRotateCmd `cmd:"" help:"Sign with a new key from now on; terminals learn of it by themselves."`
		Retire keysRetireCmd `cmd:"" help:"End an older key's time now."`
	} `cmd:"" help:"The keys that HQ signs with."`
	Conflicts struct {
		List   conflictsCmd      `cmd:"" default:"withargs" help:"List what a person must look into, with both sides' evidence; this is what hq conflicts does."`
		Settle conflictSettleCmd `cmd:"" help:"Decide a case: which handover counts, and why. Terminals hear of it."`
	} `cmd:"" help:"Cases."`
	Account struct {
		Add     accountAddCmd     `cmd:"" help:"Add an account."`
		List    accountListCmd    `cmd:"" help:"List the accounts."`
		Passwd  accountPasswdCmd  `cmd:"" help:"Set a password; without --password-stdin one is made up and printed."`
		Disable accountDisableCmd `cmd:"" help:"Keep an account from signing in; its sessions end."`
	} `cmd:"" help:"Who may look at the web pages."`
	Reconcile struct {
		Show reconcileCmd     `cmd:"" default:"withargs" help:"Compare a day at HQ with what its terminals say of it, entry by entry and in fen; this is what hq reconcile does."`
		Note reconcileNoteCmd `cmd:"" help:"Say something of a difference, or accept it."`
	} `cmd:"" help:"Reconciliation. A server does it by itself after each day close and at night."`
	Settle    settleCmd    `cmd:"" help:"Settle a point's day in money: what was handed over, refunds, commission, what merchants get."`
	Suppliers suppliersCmd `cmd:"" help:"List what suppliers' goods came to, and what went wrong with them."`
	Leaders   leadersCmd   `cmd:"" help:"List who handed over: how fast, how much of it was undone or flawed."`
	Load      loadCmd      `cmd:"" help:"Try how much a server can take: simulated terminals enrol, pull, redeem and push."`
	Requests  requestsCmd  `cmd:"" help:"List what terminals asked of the platform: reminders, invoices, after-sales."`
	TLSPin    tlsPinCmd    `cmd:"" name:"tls-pin" help:"Print what a TLS certificate or key is pinned by."`
	Webhooks  webhooksCmds `cmd:"" help:"What HQ tells other systems."`
	Backup    backupCmd    `cmd:"" help:"Write all that HQ keeps into one file, while it goes on."`
	Restore   restoreCmd   `cmd:"" help:"Fill a new store from a backup."`
	Config    struct {
		Show configShowCmd `cmd:"" help:"Print the settings that a server would go by, as a settings file."`
	} `cmd:"" help:"Settings of the server."`
	Verify  verifyCmd  `cmd:"" help:"Check the log of acknowledged heads, and HQ's events against it: was anything changed afterwards?"`
	Migrate migrateCmd `cmd:"" help:"Copy an embedded store into an empty PostgreSQL database, and compare them."`
	Admin   struct {
		Token adminTokenCmd `cmd:"" help:"Print the running server's token."`
	} `cmd:"" help:"The running server."`
}

// run is the whole program.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	var c commands
	p := &program{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, env: env, now: time.Now, where: &c.where}
	std := cli.IO{Stdin: stdin, Stdout: stdout, Stderr: stderr, Now: time.Now, Getenv: env}
	return cli.Run(ctx, "hq", "The platform of pickup-point terminals.", &c, args, std, p)
}
