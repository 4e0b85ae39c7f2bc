// Package dashboard is HQ's web pages: for who runs the pickup points, for leaders
// and for merchants. They are rendered here, in 中文 and English, and work without
// script; a script of ours keeps them up to date.
//
// # Who sees what
//
// Every page names a permission (see permission); one without any is shown to nobody. An
// owner and an operator see all points, a leader one, a merchant one supplier's goods.
// What somebody may not see is answered as if it were not there.
//
// # To add a page
//
//  1. a file settlement.go with a function of a [*request] that gives content: what the
//     template shows, and tables;
//  2. a line in pages(): pattern, permission, name, icon of the navigation (none: it
//     is not in it), the function, and one for POST if the page changes something;
//  3. q.sees(point), q.onlyPoint() and q.onlySupplier() narrow it to what the account may see;
//     notFound is the answer to the rest;
//  4. a template templates/settlement.html that defines "settlement"; {{t "key" args}}
//     says a word, {{template "table" .}} shows a table, {{icon "name"}} an icon of assets;
//  5. a table once as columns and rows (table.go): it is shown, sorted, searched, paged,
//     and loaded as CSV and XLSX by itself;
//  6. its words in words/zh.toml and words/en.toml; a test finds missing and unused ones;
//  7. a row in the tests of routes and roles, which fail for a page without one.
//
// # Live
//
// A page whose content is live is asked for again when something changed at HQ, at most
// once a second, and every 15 seconds anyway as ages grow; what is marked data-live in
// it is replaced. An account has at most eight such streams.
//
// # Safety
//
// Nothing is taken from elsewhere: the Content-Security-Policy allows this server's
// style, script and pictures alone, and neither inline. Requests that change something
// must come from our own pages ([http.CrossOriginProtection]), besides cookies that
// other sites cannot send (SameSite). Over TLS cookies are Secure and the browser is
// told to stay with TLS.
//
// # Limits
//
// Lists that are sorted are held in memory, at most a hundred thousand rows, and so are
// the tables that are loaded. A form has at most 64 KiB.
package dashboard
