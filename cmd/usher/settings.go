package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const (
	secretsVariable = "USHER_SECRETS"     // the secrets themselves
	keyVariable     = "USHER_LICENSE_KEY" // the key that a command is about
)

// dropEmptySettings makes an empty variable one that is not set.
func dropEmptySettings() {
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "USHER_") && value == "" {
			os.Unsetenv(name)
		}
	}
}

// BeforeResolve reads the settings that do not stand on the command line. The
// demo, bench and version have none: no settings of a real server reach them.
func (c *cli) BeforeResolve(k *kong.Kong, ctx *kong.Context) error {
	settings := settingsOf(k.Model.Node)
	if err := checkEnvironment(settings); err != nil {
		return err
	}
	if n := ctx.Selected(); n == nil || n.Name == "demo" || n.Name == "bench" || n.Name == "version" {
		return nil
	}
	path, given := flagText(ctx, k, "config"), true
	if path == "" {
		folder := flagText(ctx, k, "data")
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return nil // what is wrong with the folder is said by who opens it
		}
		path, given = filepath.Join(folder, "usher.json"), false
	}
	text, err := os.ReadFile(path)
	if !given && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return cannotOpen("the settings file cannot be read: "+err.Error(), "")
	}
	values, err := parseSettings(text)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	if err != nil {
		return wrongUse("", path+": "+err.Error(), `it must be one JSON object, such as {"listen": "127.0.0.1:8080"}`)
	}
	delete(settings, "config")
	if !given {
		delete(settings, "data") // the file was found by it
	}
	for key := range values {
		if settings[key] == nil {
			return unknownSetting(key, "there is no such setting, in "+path, settings)
		}
	}
	ctx.AddResolver(&settingsFile{path, values})
	return nil
}

// settingsOf returns the flags that are settings, those of all commands, by
// their name in the settings file. What only tests set is hidden, and none.
func settingsOf(n *kong.Node) map[string]*kong.Flag {
	all := map[string]*kong.Flag{}
	for _, f := range n.Flags {
		if len(f.Envs) > 0 && !f.Hidden {
			all[fileKey(f.Name)] = f
		}
	}
	for _, child := range n.Children {
		for key, f := range settingsOf(child) {
			all[key] = f
		}
	}
	return all
}

// flagText returns a flag of every command, before it is applied.
func flagText(ctx *kong.Context, k *kong.Kong, name string) string {
	for _, f := range k.Model.Flags {
		if f.Name == name {
			return fmt.Sprint(ctx.FlagValue(f))
		}
	}
	return ""
}

// checkEnvironment refuses variables that look like settings and are not.
func checkEnvironment(settings map[string]*kong.Flag) error {
	known := knownVariables(settings)
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if _, ok := known[name]; ok || !strings.HasPrefix(name, "USHER_") || strings.HasPrefix(name, "USHER_TEST_") || name == "USHER_CASES" {
			continue
		}
		return unknownSetting(name, "there is no such setting, in the environment", known)
	}
	return nil
}

// knownVariables returns the variables of usher's, with their settings.
func knownVariables(settings map[string]*kong.Flag) map[string]*kong.Flag {
	known := map[string]*kong.Flag{secretsVariable: nil, keyVariable: nil, discordSecretVariable: nil, discordTokenVariable: nil}
	for _, f := range settings {
		known[f.Envs[0]] = f
	}
	return known
}

func unknownSetting(name, msg string, known map[string]*kong.Flag) error {
	hint := `"usher serve --help" lists the settings`
	if near := nearest(name, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &fault{exitUsage, "unknown_setting", msg, name, hint}
}

// parseSettings reads the object key by key, because a key that comes twice
// would be lost otherwise.
func parseSettings(text []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	values := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key := t.(string) // in an object a key is nothing else
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("%s is in it twice", key)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		values[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("something follows the object")
	}
	return values, nil
}

// settingsFile answers kong with what a settings file says.
type settingsFile struct {
	path   string
	values map[string]json.RawMessage
}

// Validate has nothing to add: the names were checked when the file was read.
func (s *settingsFile) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag, unless the environment has one.
func (s *settingsFile) Resolve(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	raw, ok := s.values[fileKey(f.Name)]
	if !ok || len(f.Envs) == 0 || slices.ContainsFunc(f.Envs, func(name string) bool { return os.Getenv(name) != "" }) {
		return nil, nil
	}
	text, err := settingText(raw)
	if err == nil {
		try := reflect.New(f.Target.Type()).Elem()
		err = f.Parse(kong.Scan().PushTyped(text, kong.FlagValueToken), try)
	}
	if err != nil {
		return nil, wrongUse(fileKey(f.Name), fmt.Sprintf("%v, in %s", err, s.path), "")
	}
	return text, nil
}

// settingText returns a value as it would stand on the command line.
func settingText(raw json.RawMessage) (string, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string, json.Number, bool:
		return fmt.Sprint(v), nil
	case []any:
		var all []string
		for _, one := range v {
			text, ok := one.(string)
			if !ok {
				return "", errors.New("must be a list of texts")
			}
			all = append(all, text)
		}
		return strings.Join(all, ","), nil
	}
	return "", errors.New("must be a text, a number, true, false or a list of texts")
}
