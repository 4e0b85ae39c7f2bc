package dashboard

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"hexiao/sync/hq/accounts"
)

// accountData is what the account's own page shows.
type accountData struct {
	Account  accounts.Account
	RoleWord string
	Secret   string        // of a second factor that is being set up, in groups
	Drawn    template.HTML // the same as a QR code
	Recovery []string      // new recovery codes, shown this once
	Done     string
}

// recoveryPage carries new recovery codes from the POST that made them to its page:
// they are shown once and kept nowhere in the clear.
type recoveryPage struct{ codes []string }

func (recoveryPage) Error() string { return "recovery codes to show" }

func showAccount(q *request) (content, error) {
	data := accountData{Account: q.account, RoleWord: q.t("role." + string(q.account.Role))}
	switch done := q.query.Get("done"); done {
	case "password", "second-off", "others":
		data.Done = q.t("account.done-" + done)
	}
	if q.query.Get("second") == "begin" && !q.account.HasSecond() {
		secret, err := q.d.Accounts.BeginSecond(q.Context(), q.account.Name)
		if err != nil {
			return content{}, err
		}
		data.Secret = grouped(secret.Text)
		if data.Drawn, err = drawQR(secret.URI); err != nil {
			return content{}, err
		}
	}
	return content{Data: data}, nil
}

// changeAccount changes what is the account's own.
func changeAccount(q *request) (string, error) {
	all := q.d.Accounts
	switch q.form.Get("change") {
	case "password":
		fresh := q.form.Get("new")
		if fresh != q.form.Get("again") {
			return "", refuse("account.not-same")
		}
		if len(fresh) < 10 || len(fresh) > 256 {
			return "", refuse("account.password-form")
		}
		if err := all.ChangePassword(q.Context(), q.account.Name, q.form.Get("old"), fresh, q.address()); err != nil {
			return "", err
		}
		if err := q.note("password-set", q.account.Name, ""); err != nil {
			return "", err
		}
		token, _, err := all.Login(q.Context(), q.account.Name, fresh, q.address())
		if err != nil {
			return "", err
		}
		q.setCookie(q.d.cookieName(q.Request), token, 0)
		if q.account.HasSecond() {
			return "/sign-in/code", nil
		}
		return "/account?done=password", nil
	case "second":
		codes, err := all.ConfirmSecond(q.Context(), q.account.Name, q.form.Get("code"), q.token)
		if err != nil {
			return "", err
		}
		if err := q.note("second-on", q.account.Name, ""); err != nil {
			return "", err
		}
		return "", recoveryPage{codes}
	case "second-off":
		if err := all.EndSecond(q.Context(), q.account.Name, q.form.Get("old"), q.token, q.address()); err != nil {
			return "", err
		}
		return "/account?done=second-off", q.note("second-off", q.account.Name, "")
	case "others":
		if err := all.EndOthers(q.Context(), q.account.Name, q.token); err != nil {
			return "", err
		}
		return "/account?done=others", q.note("sessions-ended", q.account.Name, "")
	}
	return "", refuse("error.form")
}

// grouped is easier to type off.
func grouped(text string) string {
	var groups []string
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:min(i+4, len(text))])
	}
	return strings.Join(groups, " ")
}

// drawQR draws a QR code as SVG, a square a dark module, with the quiet zone of four.
func drawQR(content string) (template.HTML, error) {
	const quiet = 4
	m, err := qrcode.NewQRCodeWriter().Encode(content, gozxing.BarcodeFormat_QR_CODE, 0, 0, map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_MARGIN: quiet,
	})
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="qr" role="img" viewBox="0 0 %d %d" shape-rendering="crispEdges"><rect class="light" width="%d" height="%d"/><path class="dark" d="`,
		m.GetWidth(), m.GetHeight(), m.GetWidth(), m.GetHeight())
	for y := range m.GetHeight() {
		for x := range m.GetWidth() {
			if m.Get(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil // #nosec G203 -- numbers alone
}
