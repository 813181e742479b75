package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

type standInsCmd struct {
	Listen string `help:"Address to listen on, of this machine only: what they keep secret is no secret." default:"127.0.0.1:8091" placeholder:"HOST:PORT"`
	State  string `help:"File that keeps who is in; kept in memory unless given." placeholder:"FILE"`
	logging
}

// standInsView is what a program needs to use the stand-ins.
type standInsView struct {
	URL                 string `json:"url"` // who is in
	CircleURL           string `json:"circle_url"`
	CircleToken         string `json:"circle_token"`
	DiscordURL          string `json:"discord_url"`
	DiscordClientID     string `json:"discord_client_id"`
	DiscordClientSecret string `json:"discord_client_secret"`
	DiscordBotToken     string `json:"discord_bot_token"`
	State               string `json:"state"`
}

// Run serves the stand-ins until the process is told to stop.
func (k standInsCmd) Run(c *call) error {
	l, err := listen(k.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return wrongUse("listen", "must be an address of this machine only, such as 127.0.0.1:8091", "")
	}
	s := startStandIns(l, "", k.logger(c.err))
	defer s.stop()
	if k.State != "" {
		if err := s.keepIn(k.State); err != nil {
			return err
		}
	}
	v := standInsView{s.page, s.url + circlePath, standInsToken, s.url + discordPath, standInsApp.ClientID, standInsApp.ClientSecret, standInsApp.BotToken, k.State}
	c.show(v, line{"who is in", v.URL}, line{"circle", v.CircleURL}, line{"its api token", v.CircleToken}, line{"discord", v.DiscordURL},
		line{"its client id", v.DiscordClientID}, line{"its client secret", v.DiscordClientSecret}, line{"its bot token", v.DiscordBotToken}, line{"state", v.State})
	c.hint("Nothing here reaches the real ones. Ask these two with --circle-url %s --discord-url %s --discord-client-id %s; Ctrl-C ends them.", v.CircleURL, v.DiscordURL, v.DiscordClientID)
	select {
	case err := <-s.ended:
		return err
	case <-c.ctx.Done():
	}
	return nil
}

// Below these paths the stand-ins are.
const (
	circlePath  = "/circle"
	discordPath = "/discord"
)

// standInsToken opens the stand-in of Circle, and standInsApp is what the one of
// Discord knows. They protect nothing, so they are the same everywhere.
const standInsToken = "pretend-circle-token"

var standInsApp = discordtest.App{
	ClientID: "500000000000000001", ClientSecret: "pretend-client-secret", BotToken: "pretend-bot-token", MembersIntent: true,
}

// standIns are a Circle and a Discord of one's own, on one port.
type standIns struct {
	page    string // says who is in
	url     string // that circlePath and discordPath are below
	circle  *circletest.Circle
	discord *discordtest.Discord
	state   *standInsState // nil: kept in memory
	log     *slog.Logger
	http    *http.Server
	ended   chan error
}

// startStandIns serves stand-ins, with those in them who are always there, until
// stop. Who else is in is known after keepIn, which comes before the first call.
// name is a part of their addresses: who has those of others that are gone, and
// whose port these got, finds nobody.
func startStandIns(l net.Listener, name string, log *slog.Logger) *standIns {
	below := ""
	if name != "" {
		below = "/" + name
	}
	page := localURL(l, false)
	s := &standIns{page: page, url: page + below, circle: circletest.New(nil), discord: discordtest.New(standInsApp), log: log, ended: make(chan error, 1)}
	s.populate()
	mux := http.NewServeMux()
	mux.Handle(below+circlePath+"/", http.StripPrefix(below+circlePath, s.kept(s.circle)))
	mux.Handle(below+discordPath+"/", http.StripPrefix(below+discordPath, s.kept(s.discord)))
	mux.HandleFunc("GET /{$}", s.show)
	if name != "" {
		mux.HandleFunc("GET "+below+"/{$}", s.show)
	}
	s.http = &http.Server{
		Handler: mux, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
	go func() { s.ended <- s.http.Serve(l) }()
	return s
}

// stop ends them, once what was asked is answered.
func (s *standIns) stop() {
	last, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(last) != nil {
		s.http.Close()
	}
}

// kept keeps what a call has changed before it is answered, so that nobody was
// told what is forgotten then. What cannot be kept is not answered, as if the
// answer were lost.
func (s *standIns) kept(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w = &keptFirst{w, s, false}
		}
		next.ServeHTTP(w, r)
		for _, said := range append(s.circle.TakeComplaints(), s.discord.TakeComplaints()...) {
			s.log.Warn("a stand-in complains", "of", said)
		}
		s.circle.ForgetJournal()
		s.discord.ForgetCalls()
	})
}

// keptFirst is an answer that waits for what it says to be kept.
type keptFirst struct {
	http.ResponseWriter
	s    *standIns
	done bool
}

func (k *keptFirst) WriteHeader(status int) {
	if !k.done {
		k.done = true
		if err := k.s.save(); err != nil {
			k.s.log.Error("the state of the stand-ins cannot be kept", "error", err)
			panic(http.ErrAbortHandler)
		}
	}
	k.ResponseWriter.WriteHeader(status)
}

func (k *keptFirst) Write(b []byte) (int, error) {
	if !k.done {
		k.WriteHeader(http.StatusOK)
	}
	return k.ResponseWriter.Write(b)
}
