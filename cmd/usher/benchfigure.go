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
	Keys      string   `json:"keys"`    // spread, one or first
	Server    string   `json:"server"`  // usher, one_commit_each or canned
	Clients   int      `json:"clients"` // that each wait for an answer; 0: requests come at a rate of their own
	Rate      *float64 `json:"rate"`    // of those
	Requests  int      `json:"requests"`
	Errors    int      `json:"errors"`
	PerSecond float64  `json:"per_second"`
	P50       float64  `json:"p50_ms"`
	P99       float64  `json:"p99_ms"`
	Commits   *int64   `json:"commits"`
	CPU       *float64 `json:"cpu_us_per_request"`
	ToEach    *float64 `json:"ratio_to_one_commit_each"`
	ToCanned  *float64 `json:"ratio_to_canned"`

	waits []time.Duration // of each request
	rates []float64       // of each round
	cpus  []float64       // of a request, of each round
	spent time.Duration
	cpu   float64 // in microseconds; less than 0: not known
}

// find finds a figure; one that was not measured is nil.
func find(all []figure, request, keys, server string, clients int) *figure {
	for i := range all {
		if f := &all[i]; f.Request == request && f.Keys == keys && f.Server == server && f.Clients == clients {
			return f
		}
	}
	return nil
}

// compare fills in what the figures are to those that they are compared with.
func compare(all []figure) {
	for i := range all {
		f := &all[i]
		if f.Server != asItIs || f.Clients == 0 {
			continue
		}
		f.ToEach = middle(ratios(f.rates, find(all, f.Request, f.Keys, eachOwn, f.Clients).perSecond()))
		to := find(all, f.Request, f.Keys, canned, f.Clients)
		if to == nil {
			to = find(all, counting, spread, canned, f.Clients)
		}
		f.ToCanned = middle(ratios(f.rates, to.perSecond()))
	}
}

// perSecond is the rate of each round; nil has none.
func (f *figure) perSecond() []float64 {
	if f == nil {
		return nil
	}
	return f.rates
}

// perRequest is the processor time of each round; nil has none.
func (f *figure) perRequest() []float64 {
	if f == nil {
		return nil
	}
	return f.cpus
}

// ratios are those of the rounds, in order of size.
func ratios(of, to []float64) (all []float64) {
	for i := range min(len(of), len(to)) {
		if to[i] > 0 {
			all = append(all, of[i]/to[i])
		}
	}
	slices.Sort(all)
	return all
}

// middle is the middle one of what is in order of size, if there is any.
func middle(sorted []float64) *float64 {
	if len(sorted) == 0 {
		return nil
	}
	return &sorted[len(sorted)/2]
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
	database := "sqlite"
	if c.Database != "" {
		database = "postgres"
	}
	ratios := targetsOf(database, figures)
	if c.json {
		c.encode(struct {
			Version    string   `json:"version"`
			System     string   `json:"system"`
			Go         string   `json:"go"`
			Processors int      `json:"processors"`
			Database   string   `json:"database"`
			Licenses   int      `json:"licenses"`
			Seconds    float64  `json:"seconds_each"`
			Figures    []figure `json:"figures"`
			Ratios     []ratio  `json:"ratios"`
		}{version(), runtime.GOOS + "/" + runtime.GOARCH, runtime.Version(), runtime.NumCPU(), database, b.Licenses, b.For.Seconds(), figures, ratios})
		return
	}
	var rows [][]string
	for _, f := range figures {
		clients := fmt.Sprint(f.Clients)
		if f.Rate != nil {
			clients = fmt.Sprintf("%.0f/s come", *f.Rate)
		}
		commits := ""
		if f.Commits != nil {
			commits = fmt.Sprint(*f.Commits)
		}
		rows = append(rows, []string{
			map[string]string{counting: "count a use", reading: "read only"}[f.Request],
			map[string]string{spread: "many", oneKey: "one", unseen: "each once"}[f.Keys],
			map[string]string{asItIs: "usher", eachOwn: "one commit each", canned: "canned answer"}[f.Server],
			clients, fmt.Sprintf("%.0f", f.PerSecond), fmt.Sprintf("%.2f", f.P50), fmt.Sprintf("%.2f", f.P99), commits,
			number("%.0f", f.CPU), number("%.1f", f.ToEach), number("%.2f", f.ToCanned), fmt.Sprint(f.Errors),
		})
	}
	table(c.out, []column{left("VERIFY"), left("KEYS"), left("SERVER"), right("CLIENTS"), right("PER SECOND"), right("P50 MS"), right("P99 MS"),
		right("COMMITS"), right("CPU US"), right("/ ONE COMMIT EACH"), right("/ CANNED"), right("ERRORS")}, rows)
	c.hint("%d licenses in %s, %v each, on %d processors that the clients share; %s, %s.\nEvery use was on disk before it was answered. Compare the ratios: they are of one run on one machine.",
		b.Licenses, map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[database], b.For, runtime.NumCPU(), version(), runtime.Version())
}

// number is empty for what is not known.
func number(format string, v *float64) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf(format, *v)
}
