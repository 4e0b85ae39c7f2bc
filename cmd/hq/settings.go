package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"hexiao/cmd/internal/cli"
)

// settings are what a server can be told. A flag goes before the environment, the
// environment before the file, and the file before the defaults. In the environment a
// setting is HQ_ and its name in capitals, such as HQ_METRICS_LISTEN or HQ_TLS_CERT;
// lists are separated by commas.
type settings struct {
	DB      string   `toml:"db" comment:"HQ's store: a file, or postgres://user@host/database."`
	Listen  string   `toml:"listen" comment:"Address to listen on; port 0 picks one."`
	Verbose bool     `toml:"verbose" comment:"Log every request."`
	Drain   duration `toml:"drain" comment:"How long /readyz says no before the server ends, so that a balancer sees it; 0s: not at all."`
	// Metrics are on the address of the server as well, for the operator's token.
	MetricsListen string   `toml:"metrics_listen" comment:"A second address, that only your own network reaches, with /metrics, /healthz and /readyz for everybody."`
	Proxies       []string `toml:"trusted_proxies" comment:"Networks whose X-Forwarded-For is believed, such as 10.0.0.0/8: your balancers."`
	TLS           struct {
		Cert string   `toml:"cert" comment:"Serve HTTPS with this certificate and those that vouch for it (PEM)."`
		Key  string   `toml:"key" comment:"Its private key (PEM)."`
		Pins []string `toml:"pins" comment:"What terminals that enrol from now on connect to, as hq tls-pin prints them."`
	} `toml:"tls"`
	Webhooks struct {
		Private bool `toml:"private" comment:"Let webhooks go to addresses of private networks and of this machine, too."`
	} `toml:"webhooks"`
}

// duration is a time.Duration written as "5s".
type duration time.Duration

// MarshalText writes Go's form.
func (d duration) MarshalText() ([]byte, error) { //nolint:unparam // encoding.TextMarshaler
	return []byte(time.Duration(d).String()), nil
}

// UnmarshalText reads Go's form.
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration, write it as 5s or 2m", b)
	}
	*d = duration(v)
	return nil
}

// maxSettings bounds a settings file, in bytes.
const maxSettings = 1 << 20

func defaultSettings() (s settings) {
	s.Listen = "127.0.0.1:8080"
	return s
}

// loadSettings reads the file, if one is named, and the environment.
func loadSettings(path string, env func(string) string) (settings, error) {
	s := defaultSettings()
	if path != "" {
		if err := s.read(path); err != nil {
			return s, err
		}
	}
	if err := fromEnvironment(reflect.ValueOf(&s).Elem(), "HQ", env); err != nil {
		return s, err
	}
	return s, s.check()
}

func (s *settings) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the settings: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	err = toml.NewDecoder(io.LimitReader(f, maxSettings)).DisallowUnknownFields().Decode(s)
	var strict *toml.StrictMissingError
	var at *toml.DecodeError
	switch {
	case errors.As(err, &strict) && len(strict.Errors) > 0:
		row, _ := strict.Errors[0].Position()
		return fmt.Errorf("%s, line %d: there is no setting %s", path, row, strings.Join(strict.Errors[0].Key(), "."))
	case errors.As(err, &at):
		row, _ := at.Position()
		return fmt.Errorf("%s, line %d: %w", path, row, err)
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// fromEnvironment sets what the environment names.
func fromEnvironment(v reflect.Value, prefix string, env func(string) string) error {
	for i := range v.NumField() {
		field, name := v.Field(i), prefix+"_"+strings.ToUpper(v.Type().Field(i).Tag.Get("toml"))
		if field.Kind() == reflect.Struct {
			if err := fromEnvironment(field, name, env); err != nil {
				return err
			}
			continue
		}
		text := env(name)
		if text == "" {
			continue
		}
		var err error
		switch to := field.Addr().Interface().(type) {
		case *string:
			*to = text
		case *bool:
			*to, err = strconv.ParseBool(text)
		case *duration:
			err = to.UnmarshalText([]byte(text))
		case *[]string:
			*to = strings.Split(text, ",")
		default:
			err = errors.New("it cannot be set by the environment")
		}
		if err != nil {
			return fmt.Errorf("the environment's %s: %w", name, err)
		}
	}
	return nil
}

func (s *settings) check() error {
	_, err := s.proxies()
	return err
}

func (s *settings) proxies() (list []netip.Prefix, err error) {
	for _, text := range s.Proxies {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %q is no network such as 10.0.0.0/8", text)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// AfterApply lets the environment name the store for every command.
func (c *commands) AfterApply(p *program) error { //nolint:unparam // kong's hook
	if c.DB == "" && c.HQ == "" {
		c.DB = p.env("HQ_DB")
	}
	return nil
}

type configShowCmd struct {
	Config string `placeholder:"FILE" help:"The settings file."`
}

// Run prints what a server would go by, as a settings file, without a password that
// stands in the store's URL.
func (c *configShowCmd) Run(p *program) error {
	s, err := loadSettings(c.Config, p.env)
	if err != nil {
		return err
	}
	if p.HQ != "" {
		return fmt.Errorf("%w: config show is about the server that would be started here", cli.ErrUsage)
	}
	if p.DB != "" {
		s.DB = p.DB
	}
	if u, err := url.Parse(s.DB); err == nil && u.User != nil {
		s.DB = u.Redacted()
	}
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).SetIndentTables(false).Encode(s); err != nil {
		return err
	}
	_, err = p.stdout.Write(b.Bytes())
	return err
}
