package main

import (
	"io"
	"log/slog"
)

// logging are the flags of commands that write a log.
type logging struct {
	LogFormat string `help:"Form of the log on standard error: ${enum}." default:"text" enum:"text,json" env:"USHER_LOG_FORMAT" placeholder:"FORMAT"`
	LogLevel  string `help:"What the log is about: ${enum} and worse." default:"info" enum:"debug,info,warn,error" env:"USHER_LOG_LEVEL" placeholder:"LEVEL"`
}

// logger makes the log. Its lines name the request that they are about.
func (l logging) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.LogLevel)) // one of the four
	o := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if l.LogFormat == "json" {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(withRequestID{h})
}
