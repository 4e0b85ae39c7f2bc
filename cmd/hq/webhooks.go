package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/webhook"
)

// Bodies of the operator's interface about webhooks.
type (
	hookName struct {
		Hook string `json:"hook"`
	}
	// newHook is a hook and its secret, which is told this once.
	newHook struct {
		webhook.Hook
		Secret string `json:"secret"`
	}
	again struct {
		Deliveries int `json:"deliveries"`
	}
)

// mountHooks mounts what the webhooks commands ask for.
func (p *platform) mountHooks(h *webhook.Hooks) {
	p.operator("GET /admin/v1/webhooks", func(w http.ResponseWriter, r *http.Request) {
		list, err := h.List(r.Context())
		p.sendList(hq.ListOperator(w, lines(list, err)))
	})
	p.operator("GET /admin/v1/webhooks/{hook}/deliveries", func(w http.ResponseWriter, r *http.Request) {
		list, err := h.Deliveries(r.Context(), r.PathValue("hook"))
		p.sendList(hq.ListOperator(w, lines(list, err)))
	})
	p.operator("POST /admin/v1/webhooks", func(w http.ResponseWriter, r *http.Request) {
		var k webhook.Hook
		if hq.ReadOperator(w, r, &k) {
			made, secret, err := h.Add(r.Context(), k)
			hq.AnswerOperator(w, newHook{made, secret}, err)
		}
	})
	named := func(path string, do func(*http.Request, string) (any, error)) {
		p.operator("POST /admin/v1/webhooks/"+path, func(w http.ResponseWriter, r *http.Request) {
			var k hookName
			if hq.ReadOperator(w, r, &k) {
				v, err := do(r, k.Hook)
				hq.AnswerOperator(w, v, err)
			}
		})
	}
	named("remove", func(r *http.Request, id string) (any, error) { return struct{}{}, h.Remove(r.Context(), id) })
	named("test", func(r *http.Request, id string) (any, error) { return struct{}{}, h.Test(r.Context(), id) })
	named("rotate", func(r *http.Request, id string) (any, error) {
		secret, err := h.Rotate(r.Context(), id)
		return newHook{webhook.Hook{ID: id}, secret}, err
	})
	named("retry", func(r *http.Request, id string) (any, error) {
		n, err := h.Retry(r.Context(), id)
		return again{n}, err
	})
}

// lines gives a list that is there as a list that comes.
func lines[T any](list []T, err error) func(func(T) error) error {
	return func(line func(T) error) error {
		for _, v := range list {
			if err == nil {
				err = line(v)
			}
		}
		return err
	}
}

// sendList notes a list that was cut.
func (p *platform) sendList(err error) {
	if err != nil {
		p.log.Warn("list for the operator cut", "error", err)
	}
}

type webhooksCmds struct {
	List       webhooksListCmd       `cmd:"" default:"withargs" help:"List the webhooks; this is what hq webhooks does."`
	Add        webhooksAddCmd        `cmd:"" help:"Have HQ tell a system of yours what happens; prints the secret that its messages are signed with, this once."`
	Remove     webhooksRemoveCmd     `cmd:"" help:"Forget a webhook and what was to be sent to it."`
	Test       webhooksTestCmd       `cmd:"" help:"Send a message of the kind test."`
	Rotate     webhooksRotateCmd     `cmd:"" help:"Sign with a new secret as well as with the one before, until the next rotation."`
	Deliveries webhooksDeliveriesCmd `cmd:"" help:"List what is still to be sent, and what was given up after three days."`
	Retry      webhooksRetryCmd      `cmd:"" help:"Send again what was given up."`
}

type webhooksListCmd struct {
	JSON bool `name:"json" help:"A JSON object a line."`
}

// Run lists the hooks, without their secrets.
func (c *webhooksListCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/webhooks", func(k webhook.Hook) error {
			if c.JSON {
				return json.NewEncoder(p.stdout).Encode(k)
			}
			_, err := fmt.Fprintf(p.stdout, "%-16s %s  point %s, supplier %s, kinds %s\n", k.ID, k.URL, orAll(string(k.Point)), orAll(k.Supplier), orAll(fmt.Sprint(k.Kinds)))
			return err
		})
	})
}

func orAll(text string) string {
	if text == "" || text == "[]" {
		return "all"
	}
	return text
}

type webhooksAddCmd struct {
	URL      string   `arg:"" help:"Where to: an https address."`
	Point    string   `placeholder:"ID" help:"Only what concerns this point."`
	Supplier string   `placeholder:"NAME" help:"Only what concerns this supplier's goods."`
	Kind     []string `placeholder:"KIND" help:"Only this kind; again for more. redeemed, undone, order-status, after-sale, missing, sent-back, reminder, invoice, case-opened, case-decided, day-closed."`
}

// Run prints the hook with its secret as JSON.
func (c *webhooksAddCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		var made newHook
		if err := to.call(p.ctx, "/admin/v1/webhooks", webhook.Hook{URL: c.URL, Point: kiosk.PointID(c.Point), Supplier: c.Supplier, Kinds: c.Kind}, &made); err != nil {
			return err
		}
		return json.NewEncoder(p.stdout).Encode(made)
	})
}

type hookArg struct {
	Hook string `arg:"" help:"The webhook, as hq webhooks lists it."`
}

// ask posts the hook's name and prints the answer as JSON.
func (a hookArg) ask(p *program, what string, answer any) error {
	return p.with(func(to *client) error {
		if err := to.call(p.ctx, "/admin/v1/webhooks/"+what, hookName(a), answer); err != nil {
			return err
		}
		return json.NewEncoder(p.stdout).Encode(answer)
	})
}

type webhooksRemoveCmd struct{ hookArg }

// Run removes the hook.
func (c *webhooksRemoveCmd) Run(p *program) error { return c.ask(p, "remove", &struct{}{}) }

type webhooksTestCmd struct{ hookArg }

// Run queues a message; a server sends it.
func (c *webhooksTestCmd) Run(p *program) error { return c.ask(p, "test", &struct{}{}) }

type webhooksRotateCmd struct{ hookArg }

// Run prints the new secret, this once.
func (c *webhooksRotateCmd) Run(p *program) error {
	return c.ask(p, "rotate", &struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	}{})
}

type webhooksRetryCmd struct{ hookArg }

// Run prints how many will be sent again.
func (c *webhooksRetryCmd) Run(p *program) error { return c.ask(p, "retry", &again{}) }

type webhooksDeliveriesCmd struct {
	hookArg
	JSON bool `name:"json" help:"A JSON object a line."`
}

// Run lists deliveries, without what is in them.
func (c *webhooksDeliveriesCmd) Run(p *program) error {
	return p.with(func(to *client) error {
		return list(p.ctx, to, "/admin/v1/webhooks/"+c.Hook+"/deliveries", func(row webhook.Row) error {
			if c.JSON {
				return json.NewEncoder(p.stdout).Encode(row)
			}
			next := "given up"
			if !row.Next.IsZero() {
				next = "next " + row.Next.Format(timeFormat)
			}
			_, err := fmt.Fprintf(p.stdout, "%s %-12s %-20s %d tries, %s %s\n", row.ID, row.Kind, shown(string(row.Order)), row.Attempts, next, row.Last)
			return err
		})
	})
}

// waitingHooks is -1 where the store does not tell within some seconds.
func waitingHooks(hooks *webhook.Hooks) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	n, err := hooks.Waiting(ctx, 10_000)
	if err != nil {
		return -1
	}
	return float64(n)
}
