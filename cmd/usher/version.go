package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

type versionCmd struct{}

// Run shows what this program is.
func (versionCmd) Run(c *call) error {
	c.show(struct {
		Version  string `json:"version"`
		Revision string `json:"revision"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{version(), revision(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH},
		line{"usher", version()}, line{"revision", revision()}, line{"go", runtime.Version()}, line{"platform", runtime.GOOS + "/" + runtime.GOARCH})
	return nil
}

// version is that of the module that was built, and "devel" in a checkout.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "devel"
}

// revision is the commit that was built, if the build knew it.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

// self is how this program is called, for commands to paste.
func self() string {
	if strings.Contains(os.Args[0], "go-build") { // go run
		return "go run ./cmd/usher"
	}
	return "usher"
}

// quoted is a word of a command to paste.
func quoted(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:@%+,"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return fmt.Sprintf("'%s'", strings.ReplaceAll(s, "'", `'\''`))
}
