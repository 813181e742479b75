package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// figure is one thing that was measured. What is not known, or compares with
// nothing, is null.
type figure struct {
	Request   string   `json:"request"` // count or read
	Keys      string   `json:"keys"`    // spread or one
	Server    string   `json:"server"`  // usher, one_commit_each or canned
	Clients   int      `json:"clients"` // that each wait for an answer; 0: requests come at a rate of their own
	Rate      *float64 `json:"rate"`    // of those
	Requests  int      `json:"requests"`
	Errors    int      `json:"errors"`
	PerSecond float64  `json:"per_second"`
	P50       float64  `json:"p50_ms"`
	P99       float64  `json:"p99_ms"`
	Commits   int64    `json:"commits"`
	CPU       *float64 `json:"cpu_us_per_request"`
	ToEach    *float64 `json:"ratio_to_one_commit_each"`
	ToCanned  *float64 `json:"ratio_to_canned"`

	waits []time.Duration // of each request
	rates []float64       // of each round
	spent time.Duration
	cpu   float64 // in microseconds; less than 0: not known
}

// figureOf finds the figure of counting uses of many keys.
func figureOf(plan []figure, server string, clients int) *figure {
	for i := range plan {
		if f := &plan[i]; f.Server == server && f.Clients == clients && f.Request == counting && f.Keys == spread {
			return f
		}
	}
	return &figure{}
}

// ratio is the middle one of the ratios of all rounds.
func (f *figure) ratio(to *figure) *float64 {
	var all []float64
	for i := range min(len(f.rates), len(to.rates)) {
		if to.rates[i] > 0 {
			all = append(all, f.rates[i]/to.rates[i])
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return &all[len(all)/2]
}

// sum fills in what all rounds came to.
func (f *figure) sum() {
	slices.Sort(f.waits)
	f.Requests = len(f.waits)
	f.PerSecond = float64(f.Requests) / f.spent.Seconds()
	f.P50, f.P99 = f.quantile(0.5), f.quantile(0.99)
	if f.Requests > 0 && f.cpu >= 0 {
		each := f.cpu / float64(f.Requests)
		f.CPU = &each
	}
}

// quantile is in milliseconds.
func (f *figure) quantile(q float64) float64 {
	if len(f.waits) == 0 {
		return 0
	}
	return float64(f.waits[int(q*float64(len(f.waits)-1))].Microseconds()) / 1000
}

// report prints what was measured.
func (b benchCmd) report(c *call, figures []figure) {
	if c.json {
		c.encode(struct {
			Version    string   `json:"version"`
			System     string   `json:"system"`
			Go         string   `json:"go"`
			Processors int      `json:"processors"`
			Licenses   int      `json:"licenses"`
			Seconds    float64  `json:"seconds_each"`
			Figures    []figure `json:"figures"`
		}{version(), runtime.GOOS + "/" + runtime.GOARCH, runtime.Version(), runtime.NumCPU(), b.Licenses, b.For.Seconds(), figures})
		return
	}
	var rows [][]string
	for _, f := range figures {
		clients := fmt.Sprint(f.Clients)
		if f.Rate != nil {
			clients = fmt.Sprintf("%.0f/s come", *f.Rate)
		}
		rows = append(rows, []string{
			map[string]string{counting: "count a use", reading: "read only"}[f.Request],
			map[string]string{spread: "many", oneKey: "one"}[f.Keys],
			map[string]string{asItIs: "usher", eachOwn: "one commit each", canned: "canned answer"}[f.Server],
			clients, fmt.Sprintf("%.0f", f.PerSecond), fmt.Sprintf("%.2f", f.P50), fmt.Sprintf("%.2f", f.P99), fmt.Sprint(f.Commits),
			number("%.0f", f.CPU), number("%.1f", f.ToEach), number("%.2f", f.ToCanned), fmt.Sprint(f.Errors),
		})
	}
	table(c.out, []column{left("VERIFY"), left("KEYS"), left("SERVER"), right("CLIENTS"), right("PER SECOND"), right("P50 MS"), right("P99 MS"),
		right("COMMITS"), right("CPU US"), right("/ ONE COMMIT EACH"), right("/ CANNED"), right("ERRORS")}, rows)
	c.hint("%d licenses, %v each, on %d processors that the clients share; %s, %s.\nEvery use was on disk before it was answered. Compare the ratios: they are of one run on one machine.",
		b.Licenses, b.For, runtime.NumCPU(), version(), runtime.Version())
}

// number is empty for what is not known.
func number(format string, v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf(format, *v)
}
