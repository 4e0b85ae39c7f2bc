package main

import (
	"crypto/rand"
	"net/http"
	"time"

	"hexiao/sync/hq/intake"
)

// shopTimeout bounds a connection to a shop; a request has its own bound.
const shopTimeout = 15 * time.Second

// addIntake mounts what orders come in by: the interface for other systems, the
// pages of customers, and the operator's part; the server asks shops by itself.
func (p *platform) addIntake() {
	in := intake.New(intake.Config{HQ: p.hq, Random: rand.Reader, Log: p.log, Client: &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: shopTimeout, ResponseHeaderTimeout: shopTimeout, DisableKeepAlives: true},
	}})
	p.mux.Handle("/api/v1/", in.APIHandler())
	p.mux.Handle(intake.LinkPath, in.LinkHandler())
	for pattern, do := range in.Operations() {
		p.operator(pattern, do)
	}
	p.run("sources", in.Run)
}
